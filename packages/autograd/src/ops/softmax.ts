import * as k from '@retrograd/arrays';
import { asTensor, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';
import { mul, sub } from './arithmetic.js';
import { exp } from './exponentials.js';
import { expandReduced, sum } from './sum.js';

/**
 * e^x / Σ e^x along an axis, without overflow.
 * @throws ValueError when the axis is out of range
 */
export function softmax(x: TensorLike, axis = -1): Tensor {
  const t = asTensor('softmax', 'x', x);
  const y: Tensor = record('softmax', [t], k.softmax(t.value, axis), [(g) => softmaxPullback(g, y, axis)]);
  return y;
}

/** @internal g ↦ gᵀ ∂y/∂x for y = softmax(x): y (g - Σ g y). */
export function softmaxPullback(g: Tensor, y: Tensor, axis: number): Tensor {
  return mul(y, sub(g, sum(mul(g, y), axis, true)));
}

/**
 * log softmax(x) along an axis: finite for finite x.
 * @throws ValueError when the axis is out of range
 */
export function logSoftmax(x: TensorLike, axis = -1): Tensor {
  const t = asTensor('logSoftmax', 'x', x);
  const y: Tensor = record('logSoftmax', [t], k.logSoftmax(t.value, axis), [
    (g) => sub(g, mul(exp(y), sum(g, axis, true))),
  ]);
  return y;
}

/**
 * log Σ e^x along an axis, without overflow.
 * @param keepdims keep the axis with size 1; default false
 * @throws ValueError when the axis is out of range
 */
export function logsumexp(x: TensorLike, axis = -1, keepdims = false): Tensor {
  const t = asTensor('logsumexp', 'x', x);
  return record('logsumexp', [t], k.logsumexp(t.value, axis, keepdims), [
    (g) => mul(expandReduced(g, 'logsumexp', t.shape, axis), softmax(t, axis)),
  ]);
}
