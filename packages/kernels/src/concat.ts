import { resultType } from './array.js';
import { checkArray, describe } from './checks.js';
import { ValueError } from './errors.js';
import { normalizeAxis, sizeOf } from './shape.js';
import { allocate, view, wrap } from './storage.js';
import { assign } from './strided.js';
import type { NdArray } from './types.js';

/**
 * Arrays one after another along an axis that they have.
 * @throws ValueError when there is no array, or the axis is out of range
 * @throws ShapeError when the arrays differ along another axis
 */
export function concat(xs: readonly NdArray[], axis = 0): NdArray {
  checkList('concat', xs);
  const first = xs[0].shape;
  const along = normalizeAxis('concat', axis, first.length);
  let length = 0;
  for (let i = 0; i < xs.length; i++) {
    checkArray('concat', `xs[${i}]`, xs[i], i === 0 ? undefined : alike(first, along));
    length += xs[i].shape[along];
  }
  const shape = first.slice();
  shape[along] = length;
  const out = wrap(allocate(resultType(...xs), sizeOf(shape)), shape);
  let offset = 0;
  for (const x of xs) {
    assign(view(out.data, x.shape, out.stride, offset), x);
    offset += x.shape[along] * out.stride[along];
  }
  return out;
}

/**
 * Arrays of one shape one after another along a new axis.
 * @param axis where the new axis stands in the result; negative counts from the end
 * @throws ValueError when there is no array, or the axis is out of range
 * @throws ShapeError when the arrays are not of one shape
 */
export function stack(xs: readonly NdArray[], axis = 0): NdArray {
  checkList('stack', xs);
  const first = xs[0].shape;
  const along = normalizeAxis('stack', axis, first.length + 1);
  for (let i = 1; i < xs.length; i++) {
    checkArray('stack', `xs[${i}]`, xs[i], first);
  }
  const shape = [...first.slice(0, along), xs.length, ...first.slice(along)];
  const out = wrap(allocate(resultType(...xs), sizeOf(shape)), shape);
  const stride = [...out.stride.slice(0, along), ...out.stride.slice(along + 1)];
  for (let i = 0; i < xs.length; i++) {
    assign(view(out.data, first, stride, i * out.stride[along]), xs[i]);
  }
  return out;
}

function checkList(op: string, xs: readonly NdArray[]): void {
  if (!Array.isArray(xs) || xs.length === 0) {
    const actual = Array.isArray(xs) ? 'an empty list' : describe(xs);
    throw new ValueError(op, 'xs', 'a list of at least one array', actual);
  }
  checkArray(op, 'xs[0]', xs[0]);
}

function alike(shape: readonly number[], free: number): (number | null)[] {
  return shape.map((n, i) => (i === free ? null : n));
}
