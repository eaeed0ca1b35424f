export { checkCache } from './caches.js';
export * from './cell.js';
export { checkParameters } from './parameters.js';
export { type MachineCode, type Pointwise, pointwise } from './pointwise.js';
export { type CellBackward, sequenceBackward, sequenceForward } from './sequence.js';
export type { Series, SeriesByName } from './series.js';
