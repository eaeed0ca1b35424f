import * as k from '@retrograd/kernels';
import { record } from '../call.js';
import { Tensor, type TensorLike } from '../tensor.js';
import { sumTo } from './broadcast.js';
import { operands } from './operands.js';

/** An array whose entries that are not zero choose: of any number type, or a tensor, which gets no gradient. */
export type Condition = k.IndexArray | Tensor;

/**
 * a where the condition holds (is not zero), else b; all three broadcast. It selects: what is not chosen, be it NaN, has
 * no influence on the result and gets the gradient 0.
 * @throws DtypeError when an argument is of another type, ShapeError when the shapes do not broadcast
 */
export function where(condition: Condition, a: TensorLike, b: TensorLike): Tensor {
  const c = condition instanceof Tensor ? condition.value : condition;
  k.checkIndexArray('where', 'condition', c);
  const [x, y] = operands('where', a, b);
  return record('where', [x, y], k.where(c, x.value, y.value), [
    (g) => sumTo(where(c, g, 0), x.shape),
    (g) => sumTo(where(c, 0, g), y.shape),
  ]);
}
