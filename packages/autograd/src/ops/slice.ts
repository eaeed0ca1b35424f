import * as k from '@retrograd/arrays/internal';
import { asTensor, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';

// Cutting out and putting back are each other's vjp, so the two share a file.

/**
 * x[start:stop:step, …] with Python's meaning, negative numbers too. A view, not a copy.
 * @param ranges `[start, stop, step]` an axis, each of which may be null or left out; null for a whole axis,
 *               and axes after the last range stay whole
 * @throws ValueError when a step is 0 or there are more ranges than axes
 */
export function slice(x: TensorLike, ranges: readonly k.Range[]): Tensor {
  const t = asTensor('slice', 'x', x);
  return record('slice', [t], k.slice(t.value, ranges), [(g) => unslice(g, t.shape, ranges)]);
}

/** @internal The adjoint of `slice`: zeros of `shape` with x put where the slice would be cut out. */
export function unslice(x: Tensor, shape: readonly number[], ranges: readonly k.Range[]): Tensor {
  return record('unslice', [x], k.unslice(x.value, shape, ranges), [(g) => slice(g, ranges)]);
}
