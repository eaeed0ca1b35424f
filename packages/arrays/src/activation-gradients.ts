import { allocate } from './allocate.js';
import { dense, resultType } from './array.js';
import { wrap } from './storage.js';
import type { NdArray } from './types.js';

// The vjps of activations from their results. One array each, where a derivative and a product would be two:
// the graph makes several of them in every time step. The derivative is stored before it is multiplied, so that
// it is rounded to the dtype as an array of its own would be.

/**
 * g σ'(a) = g · s (1 - s), given s = σ(a).
 * @param g cotangent, of s's shape; not checked
 */
export function sigmoidGradient(g: NdArray, s: NdArray): NdArray {
  const [x, y] = [dense(g).data, dense(s).data];
  const out = allocate(resultType(g, s), y.length);
  for (let k = 0; k < out.length; k++) {
    out[k] = y[k] * (1 - y[k]);
    out[k] *= x[k];
  }
  return wrap(out, s.shape);
}

/**
 * g tanh'(a) = g · (1 - t²), given t = tanh(a).
 * @param g cotangent, of t's shape; not checked
 */
export function tanhGradient(g: NdArray, t: NdArray): NdArray {
  const [x, y] = [dense(g).data, dense(t).data];
  const out = allocate(resultType(g, t), y.length);
  for (let k = 0; k < out.length; k++) {
    out[k] = 1 - y[k] * y[k];
    out[k] *= x[k];
  }
  return wrap(out, t.shape);
}
