export { type RNNCache, rnnCellBackward, rnnCellForward } from './cell.js';
export { rnnEquations } from './equations.js';
export { rnnCell, rnnSequence } from './graph-ops.js';
export { VanillaRNN } from './layer.js';
export type { RNNParams } from './params.js';
export { rnn } from './rnn.js';
export { rnnBackward, rnnForward } from './sequence.js';
