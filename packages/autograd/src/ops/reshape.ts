import * as k from '@retrograd/arrays';
import { asTensor, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';

/**
 * The same entries, in C order, in another shape. A view of a dense array, else a copy.
 * @param shape sizes; one of them may be -1 and is then worked out
 * @throws ShapeError when the number of entries differs
 */
export function reshape(x: TensorLike, shape: readonly number[]): Tensor {
  const t = asTensor('reshape', 'x', x);
  return record('reshape', [t], k.reshape(t.value, shape), [(g) => reshape(g, t.shape)]);
}
