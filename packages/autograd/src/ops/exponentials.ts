import * as k from '@retrograd/arrays';
import { asTensor, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';
import { div, mul } from './arithmetic.js';

/**
 * e^x.
 * @throws DtypeError when x is not a tensor, an array or a number
 */
export function exp(x: TensorLike): Tensor {
  const t = asTensor('exp', 'x', x);
  const y: Tensor = record('exp', [t], k.exp(t.value), [(g) => mul(g, y)]);
  return y;
}

/**
 * Natural logarithm: -Infinity at 0, NaN below.
 * @throws DtypeError when x is not a tensor, an array or a number
 */
export function log(x: TensorLike): Tensor {
  const t = asTensor('log', 'x', x);
  return record('log', [t], k.log(t.value), [(g) => div(g, t)]);
}

/**
 * √x: NaN below 0; its gradient at 0 is Infinity.
 * @throws DtypeError when x is not a tensor, an array or a number
 */
export function sqrt(x: TensorLike): Tensor {
  const t = asTensor('sqrt', 'x', x);
  const y: Tensor = record('sqrt', [t], k.sqrt(t.value), [(g) => div(g, mul(2, y))]);
  return y;
}
