export { momentum32, momentum64, sgd32, sgd64 } from '../sgd';
