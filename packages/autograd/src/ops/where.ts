import * as k from '@retrograd/arrays';
import { asIndices, type IndexLike, operands, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';
import { sumTo } from './broadcast.js';

/**
 * a where the condition holds (is not zero), else b; all three broadcast. It selects: what is not chosen, be
 * it NaN, has no influence on the result and gets the gradient 0.
 * @throws DtypeError when an argument is of another type, ShapeError when the shapes do not broadcast
 */
export function where(condition: IndexLike, a: TensorLike, b: TensorLike): Tensor {
  const c = asIndices('where', 'condition', condition);
  const [x, y] = operands('where', a, b);
  return record('where', [x, y], k.where(c, x.value, y.value), [
    (g) => sumTo(where(c, g, 0), x.shape),
    (g) => sumTo(where(c, 0, g), y.shape),
  ]);
}
