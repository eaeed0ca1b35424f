export {
  lstmForward32 as forward32,
  lstmForward64 as forward64,
  lstmSteps32 as steps32,
  lstmSteps64 as steps64,
} from '../lstm';
