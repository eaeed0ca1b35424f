// The module: all kernels together, since they share most of their code.
export { swapAxes } from './axes';
export { gemm32, gemm64, prepare32, prepare64, preparedSize, workSize } from './gemm';
export {
  gruMix32,
  gruMix64,
  gruMixBackward32,
  gruMixBackward64,
  gruReset32,
  gruReset64,
  gruResetBackward32,
  gruResetBackward64,
  gruSteps32,
  gruSteps64,
  gruStepsBackward32,
  gruStepsBackward64,
} from './gru';
export {
  lstmBackward32,
  lstmBackward64,
  lstmForward32,
  lstmForward64,
  lstmSteps32,
  lstmSteps64,
  lstmStepsBackward32,
  lstmStepsBackward64,
} from './lstm';
export { sigmoid32, sigmoid64, tanh32, tanh64 } from './maps';
export {
  rnnSteps32,
  rnnSteps64,
  rnnStepsBackward32,
  rnnStepsBackward64,
  tanhBackward32,
  tanhBackward64,
} from './rnn';
export { exponentials } from './softmax';
export { columnSums32, columnSums64 } from './sums';
