export {
  tanhBackward32 as backward32,
  tanhBackward64 as backward64,
  rnnStepsBackward32 as steps32,
  rnnStepsBackward64 as steps64,
} from '../rnn';
