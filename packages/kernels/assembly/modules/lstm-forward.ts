export { lstmForward32, lstmForward64, lstmSteps32, lstmSteps64 } from '../lstm';
