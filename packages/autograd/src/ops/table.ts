import { scan } from '../scan.js';
import { sigmoid, tanh } from './activations.js';
import { add, mul, sub } from './arithmetic.js';
import { sumTo } from './broadcast.js';
import { concat } from './concat.js';
import { crossEntropySlope } from './cross-entropy-slope.js';
import { matmul } from './matmul.js';
import { slice } from './slice.js';
import { transpose } from './transpose.js';

/** What second derivatives of lifted ops and of others that compute on arrays are written with (../twice.ts). */
export const OPS = {
  add,
  concat,
  crossEntropySlope,
  matmul,
  mul,
  scan,
  sigmoid,
  slice,
  sub,
  sumTo,
  tanh,
  transpose,
} as const;
