/**
 * All of Retrograd under one name. Where the graph and the kernels have a function of the same name (`add`, `matmul`, …), the
 * graph's stands here, which takes arrays too; the ones that answer with plain arrays are `kernels.add`, `kernels.matmul`, ….
 */
export * from '@retrograd/autograd';
export * from '@retrograd/gru';
export * as kernels from '@retrograd/kernels';
export {
  argmax,
  array,
  cast,
  copy,
  currentKernels,
  type Dtype,
  DtypeError,
  type DtypeOption,
  defaultRandom,
  dense,
  describeKernels,
  dtypeOf,
  type FloatData,
  formatShape,
  full,
  GraphError,
  type IndexArray,
  type IndexData,
  isNdArray,
  type KernelDescription,
  type KernelName,
  type Kernels,
  MemoryError,
  manualSeed,
  type NdArray,
  type NestedList,
  ones,
  plainKernels,
  Random,
  type RandomOptions,
  RetrogradError,
  randomNormal,
  randomUniform,
  ShapeError,
  StateError,
  setThreads,
  type ThreadCounts,
  ThreadError,
  take,
  toNested,
  useKernels,
  ValueError,
  view,
  type WasmOptions,
  wasmKernels,
  wrap,
  zeros,
} from '@retrograd/kernels';
export * from '@retrograd/lstm';
export * from '@retrograd/nn';
export * from '@retrograd/rnn';
export * from '@retrograd/utils';
