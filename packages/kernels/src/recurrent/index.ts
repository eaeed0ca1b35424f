export { type CacheLists, checkCacheList, rememberCaches, tapeOf } from './cache-lists.js';
export { checkKeys } from './keys.js';
export { gateViews, gateWeights, packGates, perGate, rows } from './packing.js';
export { addBlock, fromTimeMajor, loadInputs, stepOf, toTimeMajor } from './time-major.js';
