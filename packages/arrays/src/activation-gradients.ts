import type { FloatData } from '@retrograd/kernels';
import { binary } from './binary.js';
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

function sigmoidLoop(
  n: number,
  g: FloatData,
  i: number,
  gStep: number,
  s: FloatData,
  j: number,
  sStep: number,
  out: FloatData,
  to: number,
): void {
  for (let k = to; k < to + n; k++) {
    out[k] = s[j] * (1 - s[j]);
    out[k] *= g[i];
    i += gStep;
    j += sStep;
  }
}

/**
 * g tanh'(a) = g · (1 - t²), given t = tanh(a).
 * @throws ShapeError when the shapes do not broadcast
 */
export function tanhGradient(g: NdArray, t: NdArray): NdArray {
  return binary('tanhGradient', tanhLoop, g, t);
}

function tanhLoop(
  n: number,
  g: FloatData,
  i: number,
  gStep: number,
  t: FloatData,
  j: number,
  tStep: number,
  out: FloatData,
  to: number,
): void {
  for (let k = to; k < to + n; k++) {
    out[k] = 1 - t[j] * t[j];
    out[k] *= g[i];
    i += gStep;
    j += tStep;
  }
}
