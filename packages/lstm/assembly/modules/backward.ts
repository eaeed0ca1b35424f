export {
  lstmBackward32 as backward32,
  lstmBackward64 as backward64,
  lstmStepsBackward32 as steps32,
  lstmStepsBackward64 as steps64,
} from '../lstm';
