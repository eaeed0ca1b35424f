import * as k from '@retrograd/arrays/internal';
import { asTensor, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';
import { mul, sub } from './arithmetic.js';
import { where } from './where.js';

/**
 * σ(x) = 1 / (1 + e^-x), without overflow. σ' = σ (1 - σ).
 * @throws DtypeError when x is not a tensor, an array or a number
 */
export function sigmoid(x: TensorLike): Tensor {
  const t = asTensor('sigmoid', 'x', x);
  const y: Tensor = record('sigmoid', [t], k.sigmoid(t.value), [(g) => sigmoidGradient(g, y)]);
  return y;
}

/** g σ' = g y (1 - y) of y = σ(x). Its derivative in y is g (1 - 2y). */
function sigmoidGradient(g: Tensor, y: Tensor): Tensor {
  return record('sigmoidGradient', [g, y], k.sigmoidGradient(g.value, y.value), [
    (h) => sigmoidGradient(h, y),
    (h) => mul(mul(h, g), sub(1, mul(2, y))),
  ]);
}

/**
 * tanh(x). tanh' = 1 - tanh².
 * @throws DtypeError when x is not a tensor, an array or a number
 */
export function tanh(x: TensorLike): Tensor {
  const t = asTensor('tanh', 'x', x);
  const y: Tensor = record('tanh', [t], k.tanh(t.value), [(g) => tanhGradient(g, y)]);
  return y;
}

/** g tanh' = g (1 - y²) of y = tanh(x). Its derivative in y is -2gy. */
function tanhGradient(g: Tensor, y: Tensor): Tensor {
  return record('tanhGradient', [g, y], k.tanhGradient(g.value, y.value), [
    (h) => tanhGradient(h, y),
    (h) => mul(mul(h, g), mul(-2, y)),
  ]);
}

/**
 * max(x, 0), with gradient 0 at 0.
 * @throws DtypeError when x is not a tensor, an array or a number
 */
export function relu(x: TensorLike): Tensor {
  const t = asTensor('relu', 'x', x);
  const value = k.relu(t.value);
  return record('relu', [t], value, [(g) => where(value, g, 0)]);
}
