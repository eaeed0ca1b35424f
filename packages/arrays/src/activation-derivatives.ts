import { allocate } from './allocate.js';
import { dense, dtypeOf } from './array.js';
import { wrap } from './storage.js';
import type { NdArray } from './types.js';

// Derivatives of the gates' activations in terms of their outputs, for hand-derived backward functions.

/** σ'(a) = s (1 - s), given s = σ(a). */
export function sigmoidDerivative(s: NdArray): NdArray {
  const { data } = dense(s);
  const out = allocate(dtypeOf(s), data.length);
  for (let k = 0; k < out.length; k++) out[k] = data[k] * (1 - data[k]);
  return wrap(out, s.shape);
}

/** tanh'(a) = 1 - t², given t = tanh(a). */
export function tanhDerivative(t: NdArray): NdArray {
  const { data } = dense(t);
  const out = allocate(dtypeOf(t), data.length);
  for (let k = 0; k < out.length; k++) out[k] = 1 - data[k] * data[k];
  return wrap(out, t.shape);
}

/** 1 - x, elementwise. */
export function oneMinus(x: NdArray): NdArray {
  const { data } = dense(x);
  const out = allocate(dtypeOf(x), data.length);
  for (let k = 0; k < out.length; k++) out[k] = 1 - data[k];
  return wrap(out, x.shape);
}
