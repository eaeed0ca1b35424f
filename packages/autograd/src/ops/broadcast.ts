import * as k from '@retrograd/arrays/internal';
import { asTensor, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';

// Stretching and summing up again are each other's vjp, so the two share a file.

/**
 * x stretched to `shape` by NumPy's rule: missing axes in front, axes of size 1 repeated. A view (stride 0),
 * not a copy.
 * @throws ShapeError when x does not stretch to `shape`
 */
export function broadcastTo(x: TensorLike, shape: readonly number[]): Tensor {
  const t = asTensor('broadcastTo', 'x', x);
  return record('broadcastTo', [t], k.broadcastTo(t.value, shape), [(g) => sumTo(g, t.shape)]);
}

/**
 * @internal The adjoint of `broadcastTo`: x summed over the axes along which `shape` would be stretched to
 * x's shape; x itself when it has that shape already. In every vjp of an op that broadcasts.
 */
export function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  if (k.shapesEqual(x.shape, shape)) return x;
  return record('sumTo', [x], k.sumTo(x.value, shape), [(g) => broadcastTo(g, x.shape)]);
}
