export { RecurrentLayer } from './layer.js';
export type { LayerOptions } from './layer-parameters.js';
export { type CellEquations, type SequenceOp, sequenceOp } from './op.js';
