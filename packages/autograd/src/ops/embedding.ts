import * as k from '@retrograd/arrays/internal';
import { asIndices, asTensor, type IndexLike, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';

// Picking rows and adding them back are each other's vjp, so the two share a file.

/**
 * Rows of a table: out[…] = weight[indices[…]].
 * @param weight  (V, E)
 * @param indices (…) integers from 0 to V - 1
 * @returns (…, E)
 * @throws ShapeError when weight does not have two axes, ValueError when an index is out of range or not an
 *         integer
 */
export function embedding(weight: TensorLike, indices: IndexLike): Tensor {
  const w = asTensor('embedding', 'weight', weight);
  k.checkArray('embedding', 'weight', w.value, ['classes', 'size']);
  const given = asIndices('embedding', 'indices', indices);
  const rows = k.readTargets('embedding', 'indices', given, given.shape, w.shape[0], null);
  return pick(w, k.wrap(rows, given.shape));
}

function pick(table: Tensor, rows: k.IndexArray): Tensor {
  return record('embedding', [table], k.take(table.value, rows), [(g) => addRows(table.shape, rows, g)]);
}

/** Zeros of `shape` to which every row of x is added at its index. */
function addRows(shape: readonly number[], rows: k.IndexArray, x: Tensor): Tensor {
  return record('addRows', [x], k.addAt(shape, rows, x.value), [(g) => pick(g, rows)]);
}
