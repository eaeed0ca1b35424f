/** For Retrograd's other packages. Any of it may change in any release. */

export { crossEntropyRows } from './cross-entropy-rows.js';
export { describe, formatShape } from './describe.js';
export { sigmoidMap, sigmoidScalar, tanhMap } from './elementwise.js';
export { gemm } from './gemm.js';
export * from './index.js';
export { setOnes } from './sequence/block.js';
export {
  type Blocks,
  giveEvictable,
  type Sizes,
  takeAll,
  withBlocks,
} from './sequence/blocks.js';
export { matrix } from './sequence/matrix.js';
export { memoizeByKernels } from './sequence/memoize-by-kernels.js';
export { RecomputableBlocks } from './sequence/recomputable-blocks.js';
export { tanhOf } from './sequence/tanh.js';
export { fromTimeMajor, toTimeMajor } from './sequence/time-major.js';
export { coreCode } from './wasm/binaries/core.js';
export { crossEntropyCode } from './wasm/binaries/cross-entropy.js';
export { decodeBinary } from './wasm/decode-binary.js';
export { kernelsOver } from './wasm/kernels.js';
export { type ImportOverrides, WasmLinker } from './wasm/linker.js';
export { loadWasm } from './wasm/load.js';
export { Products, type WasmPacked } from './wasm/products.js';
export { WasmSequence } from './wasm/sequence.js';
export { threadsAsked } from './wasm/threads/current.js';
export { ENTRIES_IN_CACHE, type Scheduler } from './wasm/threads/scheduler.js';
export { checkThreads, makeScheduler } from './wasm/threads/set-threads.js';
