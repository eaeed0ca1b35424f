import * as k from '@retrograd/arrays/internal';
import { asTensor, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';
import { div } from './arithmetic.js';
import { broadcastTo } from './broadcast.js';
import { reshape } from './reshape.js';

/**
 * Sum over `axes`.
 * @param keepdims keep the reduced axes with size 1; default false
 * @throws ValueError when an axis is out of range or named twice
 */
export function sum(x: TensorLike, axes?: k.Axes, keepdims = false): Tensor {
  const t = asTensor('sum', 'x', x);
  return record('sum', [t], k.sum(t.value, axes, keepdims), [(g) => expandReduced(g, 'sum', t.shape, axes)]);
}

/**
 * Mean over `axes`.
 * @param keepdims keep the reduced axes with size 1; default false
 * @throws ValueError when an axis is out of range or named twice
 * @throws ShapeError when there is nothing to take a mean of
 */
export function mean(x: TensorLike, axes?: k.Axes, keepdims = false): Tensor {
  const t = asTensor('mean', 'x', x);
  const value = k.mean(t.value, axes, keepdims);
  return record('mean', [t], value, [
    (g) => expandReduced(div(g, t.size / value.size), 'mean', t.shape, axes),
  ]);
}

/** @internal A reduced array stretched over the axes that were reduced away, to `shape`. */
export function expandReduced(
  g: Tensor,
  op: string,
  shape: readonly number[],
  axes: k.Axes | undefined,
): Tensor {
  return broadcastTo(reshape(g, keptShape(op, shape, axes)), shape);
}

/** @internal `shape` with the reduced axes at size 1. */
export function keptShape(op: string, shape: readonly number[], axes: k.Axes | undefined): number[] {
  const kept = shape.slice();
  for (const axis of k.normalizeAxes(op, axes, shape.length)) kept[axis] = 1;
  return kept;
}
