// Side by side in a bundle, where they are alike enough for gzip to make less of each after the first.
export { adamCode } from './wasm/binaries/adam.js';
export { coreCode } from './wasm/binaries/core.js';
export { crossEntropyCode } from './wasm/binaries/cross-entropy.js';
export { gruBackwardCode } from './wasm/binaries/gru-backward.js';
export { gruForwardCode } from './wasm/binaries/gru-forward.js';
export { lstmBackwardCode } from './wasm/binaries/lstm-backward.js';
export { lstmForwardCode } from './wasm/binaries/lstm-forward.js';
export { rmspropCode } from './wasm/binaries/rmsprop.js';
export { rnnBackwardCode } from './wasm/binaries/rnn-backward.js';
export { rnnForwardCode } from './wasm/binaries/rnn-forward.js';
export { sgdCode } from './wasm/binaries/sgd.js';

// Numbers in, numbers out.

export { addAlike, addInto } from './add-into.js';
export { add, div, mul, sub } from './arithmetic.js';
export {
  array,
  cast,
  checkDtype,
  copy,
  dense,
  dtypeOf,
  full,
  isDense,
  ones,
  resultType,
  toFloats,
  toNested,
  zeros,
} from './array.js';
export {
  currentKernels,
  describeKernels,
  type KernelDescription,
  type KernelName,
  type Kernels,
  plainKernels,
  type ThreadCounts,
  useKernels,
} from './backend.js';
export type { BlasDescription } from './blas-description.js';
export { broadcastTo } from './broadcast.js';
export {
  checkArray,
  checkFinite,
  checkIndexArray,
  checkInteger,
  checkNonNegative,
  checkPositive,
  checkPositiveInteger,
  checkShape,
  describe,
  type ExpectedSize,
  isNdArray,
} from './checks.js';
export { columnSums, sumRows } from './column-sums.js';
export { equal, greater, maximum, pow } from './compare.js';
export { concat, stack } from './concat.js';
export { crossEntropyBackward, crossEntropyForward } from './cross-entropy.js';
export { crossEntropyRows } from './cross-entropy-rows.js';
export {
  DtypeError,
  GraphError,
  MemoryError,
  RetrogradError,
  ShapeError,
  StateError,
  ThreadError,
  ValueError,
} from './errors.js';
export { fillRows } from './fill-rows.js';
export { gemm } from './gemm.js';
export { type GlorotOptions, glorotUniform } from './glorot.js';
export { sigmoidScalar } from './maps.js';
export { addMatmul, affine, matmul } from './matmul.js';
export { reshape, transpose } from './move.js';
export { product } from './product.js';
export { defaultRandom, manualSeed, Random, type RandomOptions, randomFrom } from './random.js';
export { randomNormal, randomUniform } from './random-arrays.js';
export * from './recurrent/index.js';
export { type Axes, argmax, max, mean, sum, sumTo } from './reduce.js';
export * from './sequence/index.js';
export { broadcastShapes, formatShape, normalizeAxes, normalizeAxis, shapesEqual, sizeOf } from './shape.js';
export { mayShareSlab, withSlabs } from './slabs.js';
export { type Range, slice, unslice } from './slice.js';
export { oneMinus, sigmoidSlope, tanhSlope } from './slopes.js';
export { logSoftmax, logsumexp, softmax } from './softmax.js';
export { allocate, view, wrap } from './storage.js';
export { assign } from './strided.js';
export { addAt, gather, scatterAdd, take } from './take.js';
export { formatPlace, readMask, readTargets } from './targets.js';
export type { Dtype, DtypeOption, FloatData, IndexArray, IndexData, NdArray, NestedList } from './types.js';
export { abs, exp, log, neg, relu, sigmoid, sign, sqrt, tanh } from './unary.js';
export { kernelsOver, type WasmOptions, wasmKernels } from './wasm/kernels.js';
export { type LoadedWasm, loadWasm } from './wasm/load.js';
export { bytesHeld, WasmMemory, type WasmMemoryOptions } from './wasm/memory.js';
export { Modules, type Replacement } from './wasm/modules.js';
export { Products, type WasmPrepared } from './wasm/products.js';
export { WasmSequence } from './wasm/sequence.js';
export { checkThreads, setThreads } from './wasm/threads/set-threads.js';
export { threadsAsked } from './wasm/threads/sharing.js';
export { NEAR, Threads } from './wasm/threads/threads.js';
export { where } from './where.js';
