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
export type { Block } from './sequence/block.js';
export type {
  EvictableBlocks,
  PackedMatrix,
  PackOptions,
  ParallelForFunction,
  RowFunction,
  SequenceKernels,
  StepsOperands,
} from './sequence/kernels.js';
export type { ArrayMatrix, Matrix, MatrixLayout, ProductOptions } from './sequence/matrix.js';
export type { Dtype, FloatData } from './types.js';
export type { WasmModule } from './wasm/decode-binary.js';
export { type WasmOptions, wasmKernels } from './wasm/kernels.js';
export { WasmMemory, type WasmMemoryOptions } from './wasm/memory.js';
export { setThreads } from './wasm/threads/set-threads.js';
