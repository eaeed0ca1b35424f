import type { FloatData } from '@retrograd/kernels';
import { ShapeError } from '@retrograd/kernels';
import { formatShape } from '@retrograd/kernels/internal';
import { allocate } from './allocate.js';
import { dense, dtypeOf, isDense } from './array.js';
import { checkArray } from './checks.js';
import { columnSums } from './column-sums.js';
import { checkCount, reducedShape, rowsOf } from './rows.js';
import { normalizeAxes, normalizeAxis, sizeOf } from './shape.js';
import { wrap } from './storage.js';
import type { IndexArray, NdArray } from './types.js';

/** Which axes a reduction runs over: one, several, or (left out) all. Negative ones count from the end. */
export type Axes = number | readonly number[];

/** Reduces `count` entries from `from` on to one number. */
type RunReduction = (data: FloatData, from: number, count: number) => number;

/**
 * The sum over axes, in double precision and in C order; the sum of nothing is 0.
 * @param keepdims keep the summed axes, with size 1
 * @throws ValueError when an axis is out of range or comes twice
 */
export function sum(x: NdArray, axes?: Axes, keepdims = false): NdArray {
  checkArray('sum', 'x', x);
  const reduced = normalizeAxes('sum', axes, x.shape.length);
  const leading = reduced.length > 0 && reduced[reduced.length - 1] === reduced.length - 1;
  if (!leading || reduced.length === x.shape.length || !isDense(x))
    return reduce(sumRun, x, reduced, keepdims);
  // The sum over the first axes (a bias gradient): columns are added up in place, without a transposed copy.
  let rows = 1;
  for (let i = 0; i < reduced.length; i++) rows *= x.shape[i];
  const shape = reducedShape(x.shape, reduced, keepdims);
  let columns = 1;
  for (let i = reduced.length; i < x.shape.length; i++) columns *= x.shape[i];
  const out = allocate(dtypeOf(x), columns);
  columnSums(rows, columns, x.data, out);
  return wrap(out, shape);
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
  return reduce(meanRun, x, reduced, keepdims);
}

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
  return reduce(maxRun, x, reduced, keepdims);
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

/**
 * The sum over those axes along which `shape` was stretched to become x's shape: the gradient of
 * `broadcastTo`.
 * @returns an array of shape `shape`; x itself when it has that shape already, and a view of a dense x when
 *          only axes of size 1 go (the gradient of a bias at batch 1)
 * @throws ShapeError when `shape` does not stretch to x's shape
 */
export function sumTo(x: NdArray, shape: readonly number[]): NdArray {
  checkArray('sumTo', 'x', x);
  const added = x.shape.length - shape.length;
  const axes: number[] = [];
  let fits = added >= 0;
  for (let i = 0; fits && i < x.shape.length; i++) {
    if (i < added) axes.push(i);
    else if (shape[i - added] === x.shape[i]) continue;
    else if (shape[i - added] === 1) axes.push(i);
    else fits = false;
  }
  if (!fits) {
    throw new ShapeError('sumTo', 'shape', `broadcastable to ${formatShape(x.shape)}`, formatShape(shape));
  }
  if (axes.length === 0) return x;
  const nothingToAdd = sizeOf(shape) === sizeOf(x.shape);
  return wrap(nothingToAdd ? dense(x).data : sum(x, axes).data, shape);
}

function reduce(run: RunReduction, x: NdArray, reduced: readonly number[], keepdims: boolean): NdArray {
  const { data, rows, count } = rowsOf(x, reduced);
  const out = allocate(dtypeOf(x), rows);
  for (let i = 0; i < rows; i++) out[i] = run(data, i * count, count);
  return wrap(out, reducedShape(x.shape, reduced, keepdims));
}

function sumRun(data: FloatData, from: number, count: number): number {
  let total = 0;
  for (let i = from; i < from + count; i++) total += data[i];
  return total;
}

function meanRun(data: FloatData, from: number, count: number): number {
  return sumRun(data, from, count) / count;
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
