/** What the other packages of Retrograd need besides what users need. It may change in any version. */

export { describe } from '@retrograd/kernels/internal';
export {
  oneMinus,
  sigmoidDerivative,
  tanhDerivative,
} from './activation-derivatives.js';
export { sigmoidGradient, tanhGradient } from './activation-gradients.js';
export { allocate } from './allocate.js';
export { checkDtype, isDense, toFloats } from './array.js';
export {
  checkArray,
  checkArrays,
  checkFinite,
  checkIndexArray,
  checkInteger,
  checkNonNegative,
  checkPositive,
  checkPositiveInteger,
} from './checks.js';
export { type ClassifiedRows, crossEntropyBackward, crossEntropyForward } from './cross-entropy.js';
export { fillRows } from './fill-rows.js';
export { addAt } from './gather.js';
export { load, loadRows, store, unload } from './in-blocks.js';
export * from './index.js';
export { checkKeys } from './keys.js';
export { addMatmul } from './matmul.js';
export { clipToNorm, scaledNorm, sumOfSquares } from './norm.js';
export { randomFrom } from './random.js';

export { broadcastShapes, normalizeAxes, normalizeAxis, shapesEqual, sizeOf } from './shape.js';
export { unslice } from './slice.js';
export { sumTo } from './sum-to.js';
export { formatPlace, readMask, readTargets } from './targets.js';
