export { RecurrentLayer } from './layer.js';
export type { LayerOptions } from './layer-parameters.js';
export { type CellEquations, cellOp, type MultiOp, sequenceOp } from './op.js';
