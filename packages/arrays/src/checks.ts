import { DtypeError, ShapeError, ValueError } from '@retrograd/kernels';
import { describe, formatShape } from '@retrograd/kernels/internal';

export { describe } from '@retrograd/kernels/internal';

import type { IndexArray, NdArray } from './types.js';

/** What an axis must be: this size, any size (null), or any size with a name for the message ('batch'). */
export type ExpectedSize = number | string | null;

/** Whether a value looks like an ndarray (of any dtype): it has data, a shape, strides and an offset. */
export function isNdArray(value: unknown): value is IndexArray {
  if (typeof value !== 'object' || value === null) return false;
  const { data, shape, stride, offset } = value as IndexArray;
  return (
    typeof offset === 'number' && Array.isArray(shape) && Array.isArray(stride) && typeof data === 'object'
  );
}

/**
 * Refuses anything but an ndarray of floats of the given shape whose entries all lie inside its data.
 * @param shape wanted sizes, when they matter
 * @param note  where the sizes come from, e.g. `hidden 4 + input 3`; in brackets in the message
 * @throws DtypeError when `value` is not an ndarray over a Float32Array or Float64Array
 * @throws ShapeError when the shape differs, or the view reaches outside its data
 */
export function checkArray(
  op: string,
  argument: string,
  value: unknown,
  shape?: readonly ExpectedSize[],
  note?: string | (() => string),
): asserts value is NdArray {
  if (!isNdArray(value)) throw new DtypeError(op, argument, 'an ndarray', describe(value));
  const data: unknown = value.data;
  if (!(data instanceof Float64Array) && !(data instanceof Float32Array)) {
    throw new DtypeError(op, argument, 'an ndarray of float32 or float64', `one of ${value.dtype}`);
  }
  checkView(op, argument, value, shape, note);
}

/** @throws DtypeError when `value` is not a list of float ndarrays */
export function checkArrays(
  op: string,
  argument: string,
  value: unknown,
): asserts value is readonly NdArray[] {
  if (!Array.isArray(value)) throw new DtypeError(op, argument, 'a list of ndarrays', describe(value));
  value.forEach((array, i) => checkArray(op, `${argument}[${i}]`, array));
}

/**
 * Refuses anything but an ndarray of numbers, of any typed array or of a list.
 * @throws DtypeError when `value` is not an ndarray over numbers
 * @throws ShapeError when the shape differs, or the view reaches outside its data
 */
export function checkIndexArray(
  op: string,
  argument: string,
  value: unknown,
  shape?: readonly ExpectedSize[],
): asserts value is IndexArray {
  if (!isNdArray(value)) throw new DtypeError(op, argument, 'an ndarray', describe(value));
  if (value.dtype.startsWith('big') || (value.dtype as string) === 'generic') {
    throw new DtypeError(op, argument, 'an ndarray of plain numbers', `one of ${value.dtype}`);
  }
  checkView(op, argument, value, shape);
}

/** @throws ValueError when `value` is not an integer of at least `least` */
export function checkInteger(op: string, argument: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ValueError(op, argument, `an integer >= ${least}`, describe(value));
  }
}

/** @throws ValueError when `value` is not one of 1, 2, 3, ... */
export function checkPositiveInteger(op: string, argument: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ValueError(op, argument, 'a positive integer', describe(value));
  }
}

/** @throws ValueError when `value` is not a finite number */
export function checkFinite(op: string, argument: string, value: number): void {
  if (!Number.isFinite(value)) throw new ValueError(op, argument, 'a finite number', describe(value));
}

/** @throws ValueError when `value` is not a finite number above 0 */
export function checkPositive(op: string, argument: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) {
    throw new ValueError(op, argument, 'a finite number > 0', describe(value));
  }
}

/** @throws ValueError when `value` is not a finite number of at least 0 */
export function checkNonNegative(op: string, argument: string, value: number): void {
  if (!Number.isFinite(value) || value < 0) {
    throw new ValueError(op, argument, 'a finite number >= 0', describe(value));
  }
}

/** @throws ValueError when a shape holds anything but integers of at least 0 */
export function checkShape(op: string, argument: string, shape: readonly number[]): void {
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    const actual = Array.isArray(shape) ? formatShape(shape) : describe(shape);
    throw new ValueError(op, argument, 'a list of integers >= 0', actual);
  }
}

/** @throws ShapeError when a view reaches outside its data, or the shape differs */
function checkView(
  op: string,
  argument: string,
  x: IndexArray,
  shape?: readonly ExpectedSize[],
  note?: string | (() => string),
): void {
  checkBounds(op, argument, x);
  if (shape === undefined || matches(x.shape, shape)) return;
  const source = note === undefined ? '' : ` (${typeof note === 'string' ? note : note()})`;
  const wanted = `[${shape.map((n) => n ?? 'any').join(', ')}]${source}`;
  throw new ShapeError(op, argument, wanted, formatShape(x.shape));
}

function matches(shape: readonly number[], expected: readonly ExpectedSize[]): boolean {
  if (shape.length !== expected.length) return false;
  for (let i = 0; i < shape.length; i++) {
    const wanted = expected[i];
    if (typeof wanted === 'number' && wanted !== shape[i]) return false;
  }
  return true;
}

/**
 * Views check nothing when they are made, and an entry outside the data would read as undefined, that is NaN.
 */
function checkBounds(op: string, argument: string, x: IndexArray): void {
  const { shape, stride } = x;
  let low = x.offset;
  let high = low;
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i];
    if (n === 0) return;
    const reach = (n - 1) * stride[i];
    if (reach < 0) low += reach;
    else high += reach;
  }
  const length = (x.data as { length: number }).length;
  if (!(low >= 0 && high < length)) {
    const reach = `entries ${low} to ${high} of ${length} in shape ${formatShape(shape)}`;
    throw new ShapeError(op, argument, 'a view inside its data', reach);
  }
}
