export { formatShape } from '@retrograd/kernels/internal';

import { ShapeError, ValueError } from '@retrograd/kernels';
import { formatShape } from '@retrograd/kernels/internal';

/** The number of entries of an array of this shape; 1 for the empty shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

/** Whether two shapes have the same rank and the same sizes. */
export function shapesEqual(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The strides of a C-contiguous array of this shape. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    stride[i] = step;
    step *= shape[i];
  }
  return stride;
}

/**
 * The shape that two arrays are stretched to for an elementwise operation (NumPy's rule: aligned at the last
 * axis, sizes equal or one of them 1).
 * @throws ShapeError when the shapes do not fit
 */
export function broadcastShapes(op: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const m = i <= a.length ? a[a.length - i] : 1;
    const n = i <= b.length ? b[b.length - i] : 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(op, 'shapes', 'equal or broadcastable', `${formatShape(a)} and ${formatShape(b)}`);
    }
    shape[rank - i] = m === 1 ? n : m;
  }
  return shape;
}

/**
 * One axis counted from the front; a negative one counts from the end.
 * @throws ValueError when it is not an integer from -rank to rank - 1
 */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const range =
      rank === 0 ? 'left out for an array without axes' : `an integer from ${-rank} to ${rank - 1}`;
    throw new ValueError(op, 'axis', range, String(axis));
  }
  return axis < 0 ? axis + rank : axis;
}

/**
 * Axes counted from the front, ascending; `undefined` means all of them.
 * @throws ValueError when one is out of range or comes twice
 */
export function normalizeAxes(
  op: string,
  axes: number | readonly number[] | undefined,
  rank: number,
): number[] {
  if (axes === undefined) {
    const all: number[] = [];
    for (let i = 0; i < rank; i++) all.push(i);
    return all;
  }
  if (typeof axes === 'number') return [normalizeAxis(op, axes, rank)];
  if (!Array.isArray(axes)) throw new ValueError(op, 'axes', 'an axis or a list of axes', String(axes));
  const normal = axes.map((axis) => normalizeAxis(op, axis, rank)).sort((i, j) => i - j);
  for (let i = 1; i < normal.length; i++) {
    if (normal[i] === normal[i - 1]) throw new ValueError(op, 'axes', 'different axes', formatShape(axes));
  }
  return normal;
}
