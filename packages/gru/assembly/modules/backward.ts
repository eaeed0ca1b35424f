export {
  gruMixBackward32 as mix32,
  gruMixBackward64 as mix64,
  gruResetBackward32 as reset32,
  gruResetBackward64 as reset64,
  gruStepsBackward32 as steps32,
  gruStepsBackward64 as steps64,
} from '../gru';
