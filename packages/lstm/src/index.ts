export { type LSTMCache, lstmCellBackward, lstmCellForward } from './cell.js';
export { type LSTMTensors, lstmEquations } from './equations.js';
export { lstmCell, lstmSequence } from './graph-ops.js';
export { LSTM } from './layer.js';
export { lstm } from './lstm.js';
export type { LSTMParams } from './params.js';
export { lstmBackward, lstmForward } from './sequence.js';
