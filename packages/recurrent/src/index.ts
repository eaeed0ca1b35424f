export { type Gradients, runBackward, type Wanted } from './backward.js';
export { type Cache, type CellBackward, checkCache } from './caches.js';
export {
  after,
  before,
  type CacheEntry,
  type Cell,
  gate,
  gateParameters,
  input,
  type Loop,
  type ParameterPart,
  type Product,
  type Run,
  type Series,
  type Sizes,
  type StepFunction,
  saved,
  type Widths,
  weight,
} from './cell.js';
export { allStates, type ForwardPass, finalStates, runForward } from './forward.js';
export { checkParameters, type NamedArrays, type Packed } from './parameters.js';
export { type Schedule, scheduleOf, type Visits } from './schedule.js';
export { sequenceBackward, sequenceForward } from './sequence.js';
