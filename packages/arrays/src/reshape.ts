import type { FloatData } from '@retrograd/kernels';
import { ShapeError, ValueError } from '@retrograd/kernels';
import { describe, formatShape } from '@retrograd/kernels/internal';
import { denseCopy, dtypeOf, isDense } from './array.js';
import { checkArray } from './checks.js';
import { normalizeAxis, sizeOf } from './shape.js';
import { view, wrap } from './storage.js';
import type { NdArray } from './types.js';

/**
 * The same entries in C order under another shape: a view when x is dense, else a dense copy.
 * @param shape sizes; one of them may be -1 and is worked out from the others
 * @throws ShapeError when the shape holds another number of entries
 */
export function reshape(x: NdArray, shape: readonly number[]): NdArray {
  checkArray('reshape', 'x', x);
  if (!Array.isArray(shape)) throw new ValueError('reshape', 'shape', 'a list of integers', describe(shape));
  const sizes = resolveShape(x, shape);
  return wrap(isDense(x) ? x.data : denseCopy(x, dtypeOf(x)).data, sizes);
}

function resolveShape(x: NdArray, shape: readonly number[]): readonly number[] {
  const size = sizeOf(x.shape);
  const open = shape.indexOf(-1);
  let resolved = shape;
  if (open >= 0) {
    const others = sizeOf(shape) / -1;
    resolved = shape.map((n, i) => (i === open ? size / others : n));
  }
  if (!resolved.every((n) => Number.isSafeInteger(n) && n >= 0) || sizeOf(resolved) !== size) {
    const wanted = `of the ${size} entries of ${formatShape(x.shape)}`;
    throw new ShapeError('reshape', 'shape', wanted, formatShape(shape));
  }
  return resolved;
}

/**
 * A view with the axes in another order; reversed when no order is given.
 * @param axes for each axis of the result, the axis of x that it is
 * @throws ValueError when `axes` is not an order of x's axes
 */
export function transpose<D extends FloatData>(x: NdArray<D>, axes?: readonly number[]): NdArray<D> {
  checkArray('transpose', 'x', x);
  const rank = x.shape.length;
  if (axes === undefined)
    return view(x.data, x.shape.slice().reverse(), x.stride.slice().reverse(), x.offset);
  const order = axes.map((axis) => normalizeAxis('transpose', axis, rank));
  if (order.length !== rank || new Set(order).size !== rank) {
    throw new ValueError('transpose', 'axes', `an order of the ${rank} axes`, formatShape(axes));
  }
  return view(
    x.data,
    order.map((axis) => x.shape[axis]),
    order.map((axis) => x.stride[axis]),
    x.offset,
  );
}
