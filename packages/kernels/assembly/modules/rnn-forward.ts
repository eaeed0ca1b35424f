export { rnnSteps32, rnnSteps64 } from '../rnn';
