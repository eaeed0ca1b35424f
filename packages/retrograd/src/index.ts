/**
 * All of Retrograd under one name. Where the graph and the arrays have a function of the same name (`add`, `matmul`, …), the
 * graph's stands here, which takes arrays too; the ones that return plain arrays are `arrays.add`, `arrays.matmul`, ….
 */

export * as arrays from '@retrograd/arrays';
export {
  argmax,
  array,
  cast,
  copy,
  type Dtype,
  DtypeError,
  type DtypeOption,
  defaultRandom,
  dense,
  dtypeOf,
  type FloatData,
  formatShape,
  full,
  GraphError,
  type IndexArray,
  type IndexData,
  isNdArray,
  MemoryError,
  manualSeed,
  type NdArray,
  type NestedList,
  ones,
  Random,
  type RandomOptions,
  RetrogradError,
  randomNormal,
  randomUniform,
  ShapeError,
  StateError,
  ThreadError,
  take,
  toNested,
  ValueError,
  view,
  wrap,
  zeros,
} from '@retrograd/arrays';
export * from '@retrograd/autograd';
export * from '@retrograd/gru';
export {
  currentKernels,
  describeKernels,
  type KernelDescription,
  type KernelName,
  type Kernels,
  plainKernels,
  setThreads,
  type ThreadCounts,
  useKernels,
  type WasmOptions,
  wasmKernels,
} from '@retrograd/kernels';
export * from '@retrograd/lstm';
export * from '@retrograd/nn';
export { type LayerOptions, RecurrentLayer } from '@retrograd/recurrent/graph';
export * from '@retrograd/rnn';
export * from '@retrograd/utils';
export * as kernels from './kernels.js';
