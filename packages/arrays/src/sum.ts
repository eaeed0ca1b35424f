import { isDense } from './array.js';
import { checkArray } from './checks.js';
import { columnSums } from './column-sums.js';
import type { Axes } from './reduce.js';
import { checkCount, reducedShape } from './rows.js';
import { normalizeAxes, sizeOf } from './shape.js';
import { rounded, sumsOf } from './sum-to.js';
import type { NdArray } from './types.js';

/**
 * The sum over axes, in double precision and in C order; the sum of nothing is 0.
 * @param keepdims keep the summed axes, with size 1
 * @throws ValueError when an axis is out of range or comes twice
 */
export function sum(x: NdArray, axes?: Axes, keepdims = false): NdArray {
  checkArray('sum', 'x', x);
  const reduced = normalizeAxes('sum', axes, x.shape.length);
  const kept = reducedShape(x.shape, reduced, true);
  const n = reduced.length;
  const leading = n > 0 && n < kept.length && reduced[n - 1] === n - 1;
  const sums = leading && isDense(x) ? columnSums(x.data, sizeOf(kept)) : sumsOf(x, kept);
  return rounded(sums, x, keepdims ? kept : reducedShape(x.shape, reduced, false));
}

/**
 * The mean over axes: the sum in double precision, divided by the count.
 * @param keepdims keep the axes, with size 1
 * @throws ValueError when an axis is out of range or comes twice
 * @throws ShapeError when an axis to reduce is empty
 */
export function mean(x: NdArray, axes?: Axes, keepdims = false): NdArray {
  checkArray('mean', 'x', x);
  const reduced = normalizeAxes('mean', axes, x.shape.length);
  checkCount('mean', x, reduced);
  const sums = sumsOf(x, reducedShape(x.shape, reduced, true));
  const count = sizeOf(x.shape) / sums.length;
  for (let i = 0; i < sums.length; i++) sums[i] /= count;
  return rounded(sums, x, reducedShape(x.shape, reduced, keepdims));
}
