import type { FloatData } from '@retrograd/kernels';
import { ValueError } from '@retrograd/kernels';
import { describe, formatShape } from '@retrograd/kernels/internal';
import { dtypeOf, zeros } from './array.js';
import { checkArray } from './checks.js';
import { view } from './storage.js';
import { assign } from './strided.js';
import type { NdArray } from './types.js';

/**
 * What to take along one axis, as in Python's `start:stop:step`: a missing or null entry is Python's default,
 * negative positions count from the end, positions beyond the ends are moved to them; null takes the whole
 * axis.
 */
export type Range = readonly [start?: number | null, stop?: number | null, step?: number | null] | null;

/**
 * A view of a part of an array.
 * @param ranges one range an axis, from the first axis on; axes without one are taken whole
 * @throws ValueError when there are more ranges than axes, a position is not an integer, or a step is 0
 */
export function slice<D extends FloatData>(x: NdArray<D>, ranges: readonly Range[]): NdArray<D> {
  checkArray('slice', 'x', x);
  if (!Array.isArray(ranges)) throw new ValueError('slice', 'ranges', 'a list', describe(ranges));
  const rank = x.shape.length;
  if (ranges.length > rank) {
    throw new ValueError(
      'slice',
      'ranges',
      `at most ${rank} for shape ${formatShape(x.shape)}`,
      String(ranges.length),
    );
  }
  const shape = x.shape.slice();
  const stride = x.stride.slice();
  let offset = x.offset;
  for (let axis = 0; axis < ranges.length; axis++) {
    const range = ranges[axis];
    if (range === null || range === undefined) continue;
    if (!Array.isArray(range)) {
      throw new ValueError('slice', `range of axis ${axis}`, '[start, stop, step] or null', describe(range));
    }
    const n = x.shape[axis];
    const step = position(range[2], 1, axis);
    if (step === 0) throw new ValueError('slice', `step of axis ${axis}`, 'an integer other than 0', '0');
    const low = step > 0 ? 0 : -1;
    const high = step > 0 ? n : n - 1;
    const start = clamp(position(range[0], step > 0 ? low : high, axis), range[0] != null, n, low, high);
    const stop = clamp(position(range[1], step > 0 ? high : low, axis), range[1] != null, n, low, high);
    const count = Math.max(0, Math.ceil((stop - start) / step));
    if (count > 0) offset += start * stride[axis];
    shape[axis] = count;
    stride[axis] *= step;
  }
  return view(x.data, shape, stride, offset);
}

function position(value: number | null | undefined, missing: number, axis: number): number {
  if (value === null || value === undefined) return missing;
  if (!Number.isSafeInteger(value)) {
    throw new ValueError('slice', `range of axis ${axis}`, 'made of integers', describe(value));
  }
  return value;
}

/** A given negative position counts from the end; one that is still outside moves to the nearer end. */
function clamp(value: number, given: boolean, n: number, low: number, high: number): number {
  const counted = given && value < 0 ? value + n : value;
  return Math.min(Math.max(counted, low), high);
}

/**
 * The gradient of `slice`: zeros of `shape`, with x written to `slice(zeros, ranges)`.
 * @throws ShapeError when x does not have the shape of that slice
 */
export function unslice(x: NdArray, shape: readonly number[], ranges: readonly Range[]): NdArray {
  checkArray('unslice', 'x', x);
  const out = zeros(shape, { dtype: dtypeOf(x) });
  const part = slice(out, ranges);
  checkArray('unslice', 'x', x, part.shape);
  assign(part, x);
  return out;
}
