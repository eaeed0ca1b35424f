import * as k from '@retrograd/arrays';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';
import { mul } from './arithmetic.js';
import { softmax, softmaxPullback } from './softmax.js';
import { where } from './where.js';

/**
 * ∂loss/∂logits of a cross-entropy: (softmax - onehot) / n in the steps that count, else 0.
 * @param N        steps
 * @param selected flags of those that count; null for all
 * @param value    what it is, known from the loss
 */
export const crossEntropySlope = (
  x: Tensor,
  N: number,
  selected: Uint8Array | null,
  value: k.NdArray,
): Tensor => record('crossEntropyGradient', [x], value, [(h) => curvature(h, x, N, selected)]);

/** ∂²loss/∂logits² h: softmax's own vjp, over n, in the steps that count. */
function curvature(h: Tensor, x: Tensor, N: number, selected: Uint8Array | null): Tensor {
  if (selected === null) return mul(1 / N, softmaxPullback(h, softmax(x), -1));
  const column = k.array(selected, { shape: [...x.shape.slice(0, -1), 1] });
  const n = selected.reduce((a, b) => a + b, 0);
  // What is left out is replaced before the softmax too, so that no NaN comes in.
  const y = softmax(where(column, x, 0));
  return where(column, mul(1 / n, softmaxPullback(h, y, -1)), 0);
}
