export { asTensor, type IndexLike, type TensorLike } from './as-tensor.js';
export { backward } from './backward.js';
export { backwardByLeaf } from './backward-by-leaf.js';
export {
  type Call,
  type Composed,
  type Pullback,
  record,
  recordAll,
  type Vjp,
  type VjpOptions,
} from './call.js';
export { type GradOptions, grad } from './grad.js';
export {
  GradCheckError,
  type GradCheckOptions,
  type GradCheckPoint,
  type GradCheckReport,
  gradCheck,
} from './gradcheck.js';
export { parameter, type TensorOptions, tensor } from './leaves.js';
export { type LiftedBackward, type LiftedForward, type LiftOptions, lift } from './lift.js';
export { toMermaid } from './mermaid.js';
export { abs } from './ops/abs.js';
export { relu, sigmoid, tanh } from './ops/activations.js';
export { affine } from './ops/affine.js';
export { add, div, mul, neg, sub } from './ops/arithmetic.js';
export { broadcastTo } from './ops/broadcast.js';
export { concat, split } from './ops/concat.js';
export { crossEntropy } from './ops/cross-entropy.js';
export { type DropoutOptions, dropout } from './ops/dropout.js';
export { embedding } from './ops/embedding.js';
export { exp, log, sqrt } from './ops/exponentials.js';
export { gather } from './ops/gather.js';
export { matmul } from './ops/matmul.js';
export { max } from './ops/max.js';
export { maximum } from './ops/maximum.js';
export { mseLoss } from './ops/mse-loss.js';
export { pow } from './ops/pow.js';
export { reshape } from './ops/reshape.js';
export { slice } from './ops/slice.js';
export { logSoftmax, logsumexp, softmax } from './ops/softmax.js';
export { stack, unstack } from './ops/stack.js';
export { mean, sum } from './ops/sum.js';
export { transpose } from './ops/transpose.js';
export { where } from './ops/where.js';
export { isRecording, noGrad } from './recording.js';
export { type ScanState, type ScanStep, scan } from './scan.js';
export { constant, Tensor } from './tensor.js';
