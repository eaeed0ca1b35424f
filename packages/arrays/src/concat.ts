import type { FloatData } from '@retrograd/kernels';
import { ValueError } from '@retrograd/kernels';
import { describe } from '@retrograd/kernels/internal';
import { allocate } from './allocate.js';
import { dense, resultType } from './array.js';
import { checkArray } from './checks.js';
import { normalizeAxis, sizeOf } from './shape.js';
import { wrap } from './storage.js';
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
  const expected: (number | null)[] = first.slice();
  expected[along] = null;
  let length = 0;
  for (let i = 0; i < xs.length; i++) {
    checkArray('concat', `xs[${i}]`, xs[i], expected);
    length += xs[i].shape[along];
  }
  const shape = first.slice();
  shape[along] = length;
  return join(xs, shape, along);
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
  for (let i = 1; i < xs.length; i++) checkArray('stack', `xs[${i}]`, xs[i], first);
  return join(xs, [...first.slice(0, along), xs.length, ...first.slice(along)], along);
}

/**
 * Lays arrays side by side in blocks: each array gives one run of entries (its axes from `along` on) to each
 * combination of the axes before.
 */
function join(xs: readonly NdArray[], shape: readonly number[], along: number): NdArray {
  const total = sizeOf(shape);
  const out = allocate(resultType(...xs), total);
  let blocks = 1;
  for (let i = 0; i < along; i++) blocks *= shape[i];
  const width = total / blocks;
  let offset = 0;
  for (let i = 0; total > 0 && i < xs.length; i++) {
    const { data } = dense(xs[i]);
    const run = data.length / blocks;
    copyRuns(data, run, out, offset, width);
    offset += run;
  }
  return wrap(out, shape);
}

/** Copies `data`, run by run, to `out` from `offset` on, the runs `width` apart. */
function copyRuns(data: FloatData, run: number, out: FloatData, offset: number, width: number): void {
  let to = offset;
  for (let from = 0; from < data.length; from += run, to += width) {
    for (let j = 0; j < run; j++) out[to + j] = data[from + j];
  }
}

function checkList(op: string, xs: readonly NdArray[]): void {
  if (!Array.isArray(xs) || xs.length === 0) {
    const actual = Array.isArray(xs) ? 'an empty list' : describe(xs);
    throw new ValueError(op, 'xs', 'a list of at least one array', actual);
  }
  checkArray(op, 'xs[0]', xs[0]);
}
