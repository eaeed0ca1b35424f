export {
  gruMix32 as mix32,
  gruMix64 as mix64,
  gruReset32 as reset32,
  gruReset64 as reset64,
  gruSteps32 as steps32,
  gruSteps64 as steps64,
} from '../gru';
