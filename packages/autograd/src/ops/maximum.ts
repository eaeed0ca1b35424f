import * as k from '@retrograd/arrays';
import { operands, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';
import { mul } from './arithmetic.js';
import { sumTo } from './broadcast.js';
import { where } from './where.js';

/**
 * The larger of a and b, element by element; NaN when either is NaN. Where they are equal each gets half the
 * gradient.
 * @throws ShapeError when the shapes do not broadcast, DtypeError when an operand is not a tensor, an array
 *         or a number
 */
export function maximum(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands('maximum', a, b);
  const share = (g: Tensor, mine: Tensor, other: Tensor): Tensor => {
    const smaller = k.greater(other.value, mine.value);
    const tied = k.equal(mine.value, other.value);
    return sumTo(where(smaller, 0, where(tied, mul(g, 0.5), g)), mine.shape);
  };
  return record('maximum', [x, y], k.maximum(x.value, y.value), [
    (g) => share(g, x, y),
    (g) => share(g, y, x),
  ]);
}
