import * as k from '@retrograd/arrays';
import { asTensor, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';

/**
 * The axes in another order: a view, not a copy.
 * @param axes axis `axes[i]` of x becomes axis i; all axes reversed unless given
 * @throws ValueError when `axes` is not a permutation of x's axes
 */
export function transpose(x: TensorLike, axes?: readonly number[]): Tensor {
  const t = asTensor('transpose', 'x', x);
  return record('transpose', [t], k.transpose(t.value, axes), [(g) => transpose(g, axes && inverse(axes))]);
}

function inverse(axes: readonly number[]): number[] {
  const rank = axes.length;
  const back = new Array<number>(rank);
  axes.forEach((axis, i) => {
    back[axis < 0 ? axis + rank : axis] = i;
  });
  return back;
}
