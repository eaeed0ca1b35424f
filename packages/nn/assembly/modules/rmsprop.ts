export { rmsprop32, rmsprop64 } from '../rmsprop';
