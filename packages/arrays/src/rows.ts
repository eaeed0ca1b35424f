import type { FloatData } from '@retrograd/kernels';
import { ShapeError } from '@retrograd/kernels';
import { formatShape } from '@retrograd/kernels/internal';
import { denseCopy, dtypeOf, isDense } from './array.js';
import { sizeOf } from './shape.js';
import { view } from './storage.js';
import type { NdArray } from './types.js';

/**
 * An array laid out for a reduction: `count` entries in a row for each of the `rows` entries of the result.
 */
export interface Rows {
  data: FloatData;
  rows: number;
  count: number;
}

/**
 * Lays an array out so that `reduced` axes (ascending) come last. A dense array whose reduced axes are last
 * already is read in place, without a copy. Whatever the strides were, a row holds its entries in C order, so
 * a sum gives the same bits.
 */
export function rowsOf(x: NdArray, reduced: readonly number[]): Rows {
  const rank = x.shape.length;
  let count = 1;
  for (let i = 0; i < reduced.length; i++) count *= x.shape[reduced[i]];
  let rows = 1;
  for (let i = 0; i < rank; i++) if (!reduced.includes(i)) rows *= x.shape[i];
  const trailing = reduced.length === 0 || reduced[0] === rank - reduced.length;
  if (trailing && isDense(x)) return { data: x.data, rows, count };
  const order: number[] = [];
  for (let i = 0; i < rank; i++) if (!reduced.includes(i)) order.push(i);
  order.push(...reduced);
  const moved = view(
    x.data,
    order.map((axis) => x.shape[axis]),
    order.map((axis) => x.stride[axis]),
    x.offset,
  );
  return { data: denseCopy(moved, dtypeOf(x)).data, rows, count };
}

/** The shape that is left when `reduced` axes are gone, or have become 1. */
export function reducedShape(
  shape: readonly number[],
  reduced: readonly number[],
  keepdims: boolean,
): number[] {
  const left: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    if (!reduced.includes(i)) left.push(shape[i]);
    else if (keepdims) left.push(1);
  }
  return left;
}

/** @throws ShapeError when an empty axis is reduced and the result is not empty */
export function checkCount(op: string, x: NdArray, reduced: readonly number[]): void {
  if (sizeOf(x.shape) > 0) return;
  if (reduced.some((axis) => x.shape[axis] === 0) && sizeOf(reducedShape(x.shape, reduced, false)) > 0) {
    throw new ShapeError(op, 'x', 'without an empty axis to reduce', formatShape(x.shape));
  }
}
