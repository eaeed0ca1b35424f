import { type BinaryLoop, binary } from './binary.js';
import type { NdArray } from './types.js';

// The vjps of activations from their results. One array each, where a derivative and a product would be two:
// the graph makes several of them in every time step.

/**
 * g σ'(a) = g · s (1 - s), given s = σ(a).
 * @throws ShapeError when the shapes do not broadcast
 */
export function sigmoidGradient(g: NdArray, s: NdArray): NdArray {
  return binary('sigmoidGradient', sigmoidLoop, g, s);
}

// The derivative is stored before it is multiplied, so that it is rounded to the dtype as an array of its own
// would be.

const sigmoidLoop: BinaryLoop = (n, { data: g, at: i, step: di }, { data: s, at: j, step: dj }, out, to) => {
  for (let k = to; k < to + n; k++, i += di, j += dj) {
    out[k] = s[j] * (1 - s[j]);
    out[k] *= g[i];
  }
};

/**
 * g tanh'(a) = g · (1 - t²), given t = tanh(a).
 * @throws ShapeError when the shapes do not broadcast
 */
export function tanhGradient(g: NdArray, t: NdArray): NdArray {
  return binary('tanhGradient', tanhLoop, g, t);
}

const tanhLoop: BinaryLoop = (n, { data: g, at: i, step: di }, { data: t, at: j, step: dj }, out, to) => {
  for (let k = to; k < to + n; k++, i += di, j += dj) {
    out[k] = 1 - t[j] * t[j];
    out[k] *= g[i];
  }
};
