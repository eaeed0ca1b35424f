export { rnnSteps32 as steps32, rnnSteps64 as steps64 } from '../rnn';
