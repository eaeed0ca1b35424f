export { crossEntropy32, crossEntropy64 } from '../cross-entropy';
