export { tanhBackward32, tanhBackward64, rnnStepsBackward32, rnnStepsBackward64 } from '../rnn';
