export { type Block, load, loadInput, store, unload } from './block.js';
export { Kept, prepareAll, useAs, withBlocks } from './kept.js';
export type { Prepared, RowFunction, SequenceKernels, SpreadFunction, StepsFunction } from './kernels.js';
export { perKernels } from './per-kernels.js';
export { promote } from './promote.js';
export { type Part, Resident } from './resident.js';
export { tanhOf } from './tanh.js';
