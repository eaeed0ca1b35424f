export { clipGradients } from './clip-gradients.js';
export { createSequences } from './create-sequences.js';
export { generateSequence } from './generate-sequence.js';
export type { ArrayOrTensor, GenerativeModel, SequenceModel, Steppable } from './model.js';
export { sequenceLoss, sequenceLossBackward } from './sequence-loss.js';
