import * as k from '@retrograd/arrays';
import { asIndices, asTensor, type IndexLike, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';

// Picking entries and adding them back are each other's vjp, so the two share a file.

/**
 * One entry of x for each entry of `index`, its position along the axis being replaced by that index
 * (torch.gather): for axis 1, out[i][j] = x[i][index[i][j]].
 * @param index integers from 0 to (size of the axis) - 1; as many axes as x, and along the others at most x's
 *              size
 * @throws ValueError when an index is out of range or not an integer, ShapeError when index's shape does not
 *         fit
 */
export function gather(x: TensorLike, axis: number, index: IndexLike): Tensor {
  const t = asTensor('gather', 'x', x);
  const places = asIndices('gather', 'index', index);
  return record('gather', [t], k.gather(t.value, axis, places), [
    (g) => scatterAdd(t.shape, axis, places, g),
  ]);
}

/** @internal The adjoint of `gather`: zeros of `shape` to which every entry of x is added at its index. */
function scatterAdd(shape: readonly number[], axis: number, index: k.IndexArray, x: Tensor): Tensor {
  const value = k.scatterAdd(shape, axis, index, x.value);
  return record('scatterAdd', [x], value, [(g) => gather(g, axis, index)]);
}
