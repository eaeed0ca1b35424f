export { checkCache } from './caches.js';
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
  type Sizes,
  type StepFunction,
  saved,
  type Widths,
  weight,
} from './cell.js';
export { checkParameters } from './parameters.js';
export { type CellBackward, sequenceBackward, sequenceForward } from './sequence.js';
export type { Series, SeriesByName } from './series.js';
