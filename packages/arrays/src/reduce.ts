import type { FloatData } from '@retrograd/kernels';
import { allocate } from './allocate.js';
import { dtypeOf } from './array.js';
import { checkArray } from './checks.js';
import { checkCount, reducedShape, rowsOf } from './rows.js';
import { normalizeAxes, normalizeAxis } from './shape.js';
import { wrap } from './storage.js';
import type { IndexArray, NdArray } from './types.js';

/** Which axes a reduction runs over: one, several, or (left out) all. Negative ones count from the end. */
export type Axes = number | readonly number[];

/**
 * The largest entry over axes; NaN where there is one among them.
 * @param keepdims keep the axes, with size 1
 * @throws ValueError when an axis is out of range or comes twice
 * @throws ShapeError when an axis to reduce is empty
 */
export function max(x: NdArray, axes?: Axes, keepdims = false): NdArray {
  checkArray('max', 'x', x);
  const reduced = normalizeAxes('max', axes, x.shape.length);
  checkCount('max', x, reduced);
  const { data, rows, count } = rowsOf(x, reduced);
  const out = allocate(dtypeOf(x), rows);
  for (let i = 0; i < rows; i++) out[i] = maxRun(data, i * count, count);
  return wrap(out, reducedShape(x.shape, reduced, keepdims));
}

/**
 * The index of the largest entry along an axis: the first of several, and of the first NaN where there is
 * one.
 * @returns the indices as 32-bit integers, of x's shape without the axis
 * @throws ValueError when the axis is out of range
 * @throws ShapeError when the axis is empty
 */
export function argmax(x: NdArray, axis = -1): IndexArray {
  checkArray('argmax', 'x', x);
  const reduced = [normalizeAxis('argmax', axis, x.shape.length)];
  checkCount('argmax', x, reduced);
  const { data, rows, count } = rowsOf(x, reduced);
  const out = new Int32Array(rows);
  for (let i = 0; i < rows; i++) out[i] = argmaxRun(data, i * count, count);
  return wrap(out, reducedShape(x.shape, reduced, false));
}

function maxRun(data: FloatData, from: number, count: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = from; i < from + count; i++) largest = Math.max(largest, data[i]);
  return largest;
}

function argmaxRun(data: FloatData, from: number, count: number): number {
  let best = from;
  for (let i = from; i < from + count; i++) {
    if (Number.isNaN(data[i])) return i - from;
    if (data[i] > data[best]) best = i;
  }
  return best - from;
}
