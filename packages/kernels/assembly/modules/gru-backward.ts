export {
  gruMixBackward32,
  gruMixBackward64,
  gruResetBackward32,
  gruResetBackward64,
  gruStepsBackward32,
  gruStepsBackward64,
} from '../gru';
