export { exponentials } from '../softmax';
