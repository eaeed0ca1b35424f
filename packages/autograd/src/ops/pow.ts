import * as k from '@retrograd/arrays';
import { operands, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';
import { mul, sub } from './arithmetic.js';
import { sumTo } from './broadcast.js';
import { log } from './exponentials.js';
import { where } from './where.js';

/**
 * x^p, element by element: ∂/∂x = p x^(p-1), ∂/∂p = x^p log x.
 *
 * Where p = 0 the first is 0 for every x, also for 0 and NaN; where x = 0 and p ≥ 0 the second is 0, its
 * limit from above.
 * @throws ShapeError when the shapes do not broadcast, DtypeError when an operand is not a tensor, an array
 *         or a number
 */
export function pow(x: TensorLike, p: TensorLike): Tensor {
  const [a, b] = operands('pow', x, p, 'x', 'p');
  const y: Tensor = record('pow', [a, b], k.pow(a.value, b.value), [
    (g) => sumTo(mul(g, derivativeInX(a, b)), a.shape),
    (g) => sumTo(mul(g, derivativeInP(a, b, y)), b.shape),
  ]);
  return y;
}

// In both, the exceptional points get a harmless argument before the formula and their value after it. The
// second alone would do for this derivative, not for the next one: 0 (from `where`) times infinity (from the
// formula) is NaN.

function derivativeInX(x: Tensor, p: Tensor): Tensor {
  const flat = k.equal(p.value, k.array(0));
  const exponent = where(flat, 1, p);
  return where(flat, 0, mul(exponent, pow(x, sub(exponent, 1))));
}

function derivativeInP(x: Tensor, p: Tensor, y: Tensor): Tensor {
  const zero = k.equal(x.value, k.array(0));
  const atZero = k.mul(zero, k.sub(k.array(1), k.greater(k.array(0), p.value)));
  return where(atZero, 0, mul(y, log(where(atZero, 1, x))));
}
