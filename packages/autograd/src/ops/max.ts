import * as k from '@retrograd/arrays';
import { asTensor, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import { constant, type Tensor } from '../tensor.js';
import { div } from './arithmetic.js';
import { expandReduced, keptShape } from './sum.js';
import { where } from './where.js';

/**
 * The largest entry over `axes`. Entries that tie for it share the gradient evenly, as in PyTorch's amax.
 * @param keepdims keep the reduced axes with size 1; default false
 * @throws ValueError when an axis is out of range or named twice, ShapeError when there is nothing to choose
 *         from
 */
export function max(x: TensorLike, axes?: k.Axes, keepdims = false): Tensor {
  const t = asTensor('max', 'x', x);
  const value = k.max(t.value, axes, keepdims);
  return record('max', [t], value, [
    (g) => {
      const largest = k.reshape(value, keptShape('max', t.shape, axes));
      const winners = k.equal(t.value, largest);
      const ties = constant(k.sum(winners, axes, keepdims));
      return where(winners, expandReduced(div(g, ties), 'max', t.shape, axes), 0);
    },
  ]);
}
