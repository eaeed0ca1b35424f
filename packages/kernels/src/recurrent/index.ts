export { CacheLists, checkCacheList } from './cache-lists.js';
export { checkKeys } from './keys.js';
export { gateBias, gateWeights, packGates, rows } from './packing.js';
export { addBlock, fromTimeMajor, loadInputs, stepOf, toTimeMajor } from './time-major.js';
