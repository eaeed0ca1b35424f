export { clipGradients } from './clip-gradients.js';
export { createSequences } from './create-sequences.js';
export { generateSequence } from './generate-sequence.js';
export { globalNorm } from './global-norm.js';
export type { ArrayOrTensor, GenerativeModel, SequenceModel, Steppable } from './model.js';
export { type LayerOptions, RecurrentLayer } from './recurrent-layer.js';
export { sequenceLoss, sequenceLossBackward } from './sequence-loss.js';
