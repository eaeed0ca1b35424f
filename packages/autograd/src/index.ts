export { backward, grad, type GradOptions } from './backward.js';
export { type Call, type Pullback, record, recordAll, type VjpRule } from './call.js';
export { lift, type LiftedBackward, type LiftedForward, type LiftOptions } from './lift.js';
export { isRecording, noGrad } from './recording.js';
export { scan, type ScanState, type ScanStep } from './scan.js';
export {
  asTensor,
  constant,
  parameter,
  Tensor,
  tensor,
  type TensorLike,
  type TensorOptions,
} from './tensor.js';
