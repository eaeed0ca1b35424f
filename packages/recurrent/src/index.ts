export { type CacheLists, checkCacheList, rememberCaches, tapeOf } from './cache-lists.js';
export { Kept, useAs } from './kept.js';
export { gateViews, gateWeights, packGates, perGate, rows } from './packing.js';
export { promote } from './promote.js';
export { type Part, Resident } from './resident.js';
export { addBlock, fromTimeMajor, loadInputs, stepOf, toTimeMajor } from './time-major.js';
export { load, loadInput, store, unload } from './transfer.js';
