import type { FloatData } from '@retrograd/kernels';
import { ShapeError } from '@retrograd/kernels';
import { formatShape } from '@retrograd/kernels/internal';
import { allocate } from './allocate.js';
import { denseCopy, dtypeOf } from './array.js';
import { checkArray } from './checks.js';
import { reducedShape, rowsOf } from './rows.js';
import { normalizeAxis } from './shape.js';
import { view, wrap } from './storage.js';
import type { NdArray } from './types.js';

/**
 * e^x / sum e^x along an axis. The largest entry is subtracted first, so nothing overflows; entries of
 * -Infinity get 0.
 * @throws ValueError when the axis is out of range
 * @throws ShapeError when the axis is empty
 */
export function softmax(x: NdArray, axis = -1): NdArray {
  return alongRows('softmax', softmaxRow, x, axis);
}

/**
 * log softmax(x) along an axis, without computing softmax first, which can underflow to 0.
 * @throws ValueError when the axis is out of range
 * @throws ShapeError when the axis is empty
 */
export function logSoftmax(x: NdArray, axis = -1): NdArray {
  return alongRows('logSoftmax', logSoftmaxRow, x, axis);
}

/**
 * log sum e^x along an axis.
 * @param keepdims keep the axis, with size 1
 * @throws ValueError when the axis is out of range
 * @throws ShapeError when the axis is empty
 */
export function logsumexp(x: NdArray, axis = -1, keepdims = false): NdArray {
  const along = checkedAxis('logsumexp', x, axis);
  const { data, rows, count } = rowsOf(x, [along]);
  const out = allocate(dtypeOf(x), rows);
  for (let i = 0; i < rows; i++) {
    const shift = shiftOf(data, i * count, count);
    out[i] = shift + Math.log(sumOfExp(data, i * count, count, shift));
  }
  return wrap(out, reducedShape(x.shape, [along], keepdims));
}

type RowMap = (data: FloatData, out: FloatData, from: number, count: number) => void;

function alongRows(op: string, map: RowMap, x: NdArray, axis: number): NdArray {
  const along = checkedAxis(op, x, axis);
  const { data, rows, count } = rowsOf(x, [along]);
  const out = allocate(dtypeOf(x), rows * count);
  for (let i = 0; i < rows; i++) map(data, out, i * count, count);
  if (along === x.shape.length - 1) return wrap(out, x.shape);
  // The rows were taken with the axis moved to the end; it is moved back to its place.
  const shape = x.shape.slice();
  shape.push(...shape.splice(along, 1));
  const moved = wrap(out, shape);
  const stride = moved.stride.slice();
  stride.splice(along, 0, ...stride.splice(-1));
  return denseCopy(view(out, x.shape, stride, 0), dtypeOf(x));
}

function checkedAxis(op: string, x: NdArray, axis: number): number {
  checkArray(op, 'x', x);
  const along = normalizeAxis(op, axis, x.shape.length);
  if (x.shape[along] === 0) {
    throw new ShapeError(op, 'x', `an array with entries along axis ${along}`, formatShape(x.shape));
  }
  return along;
}

/**
 * The largest entry of a row; 0 for a row that is -Infinity throughout or holds +Infinity, where x - max
 * would be NaN.
 */
function shiftOf(data: FloatData, from: number, count: number): number {
  const largest = maxOf(data, from, count);
  return largest === Infinity || largest === -Infinity ? 0 : largest;
}

function maxOf(data: FloatData, from: number, count: number): number {
  let largest = -Infinity;
  for (let i = from; i < from + count; i++) largest = Math.max(largest, data[i]);
  return largest;
}

function sumOfExp(data: FloatData, from: number, count: number, shift: number): number {
  let total = 0;
  for (let i = from; i < from + count; i++) total += Math.exp(data[i] - shift);
  return total;
}

function softmaxRow(data: FloatData, out: FloatData, from: number, count: number): void {
  const largest = maxOf(data, from, count);
  const total = sumOfExp(data, from, count, largest);
  for (let i = from; i < from + count; i++) out[i] = Math.exp(data[i] - largest) / total;
}

function logSoftmaxRow(data: FloatData, out: FloatData, from: number, count: number): void {
  const largest = maxOf(data, from, count);
  const log = Math.log(sumOfExp(data, from, count, largest));
  for (let i = from; i < from + count; i++) out[i] = data[i] - largest - log;
}
