export { type GRUCache, gruCellBackward, gruCellForward } from './cell.js';
export { type GRUTensors, gruEquations } from './equations.js';
export { gruCell, gruSequence } from './graph-ops.js';
export { gru } from './gru.js';
export { GRU } from './layer.js';
export type { GRUParams } from './params.js';
export { gruBackward, gruForward } from './sequence.js';
