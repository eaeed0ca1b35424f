import { scan } from '../scan.js';
import { sigmoid, tanh } from './activations.js';
import { add, mul, sub } from './arithmetic.js';
import { concat } from './concat.js';
import { crossEntropySlope } from './cross-entropy-slope.js';
import { matmul } from './matmul.js';
import { slice } from './slice.js';

/** What second derivatives of lifted and fused ops are written with (../twice.ts). */
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
  tanh,
} as const;
