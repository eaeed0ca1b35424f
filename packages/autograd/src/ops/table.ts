import { scan } from '../scan.js';
import { sigmoid, tanh } from './activations.js';
import { add, mul, sub } from './arithmetic.js';
import { concat } from './concat.js';
import { matmul } from './matmul.js';
import { slice } from './slice.js';
import { softmax, softmaxPullback } from './softmax.js';
import { where } from './where.js';

/** What second derivatives of lifted and fused ops are written with (../twice.ts). */
export const OPS = {
  add,
  concat,
  matmul,
  mul,
  scan,
  sigmoid,
  slice,
  softmax,
  softmaxPullback,
  sub,
  tanh,
  where,
} as const;
