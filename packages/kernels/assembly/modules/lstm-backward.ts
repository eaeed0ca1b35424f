export { lstmBackward32, lstmBackward64, lstmStepsBackward32, lstmStepsBackward64 } from '../lstm';
