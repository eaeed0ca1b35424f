export type { Block } from './block.js';
export { Kept, prepareAll, withBlocks } from './kept.js';
export type { Prepared, SequenceKernels } from './kernels.js';
export { promote } from './promote.js';
export { type Part, Resident } from './resident.js';
