export {
  gruMix32,
  gruMix64,
  gruReset32,
  gruReset64,
  gruSteps32,
  gruSteps64,
} from '../gru';
