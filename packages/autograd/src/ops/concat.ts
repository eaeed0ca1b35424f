import * as k from '@retrograd/arrays/internal';
import { asTensor, asTensors, type TensorLike } from '../as-tensor.js';
import { recordAll } from '../call.js';
import type { Tensor } from '../tensor.js';

// Joining and splitting are each other's vjp, so the two share a file.

/**
 * Arrays one after another along an existing axis.
 * @throws ShapeError when another axis differs in size, ValueError when there is nothing to join
 */
export function concat(xs: readonly TensorLike[], axis = 0): Tensor {
  const ts = asTensors('concat', xs);
  const value = k.concat(
    ts.map((t) => t.value),
    axis,
  );
  const sizes = (): number[] => ts.map((t) => t.shape.at(axis) as number);
  return recordAll('concat', ts, [value], ([g]) => split(g as Tensor, sizes(), axis))[0] as Tensor;
}

/**
 * Consecutive parts of x along an axis, as views: one call with an output for each part, however many there
 * are.
 * @param parts a number of equal parts, or the size of each part
 * @throws ValueError when a number does not divide the axis, or sizes do not add up to it
 */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  const t = asTensor('split', 'x', x);
  const at = k.normalizeAxis('split', axis, t.shape.length);
  const { data, shape, stride, offset } = t.value;
  const step = stride[at] as number;
  let start = offset;
  const values = sizesOf(parts, shape[at] as number).map((size) => {
    const part = k.view(data, shape.with(at, size), stride, start);
    start += size * step;
    return part;
  });
  return recordAll('split', [t], values, (cotangents) => [concat(cotangents, at)]);
}

function sizesOf(parts: number | readonly number[], n: number): readonly number[] {
  if (typeof parts === 'number') {
    k.checkPositiveInteger('split', 'parts', parts);
    if (n % parts !== 0) throw new k.ValueError('split', 'parts', `a divisor of ${n}`, String(parts));
    return new Array<number>(parts).fill(n / parts);
  }
  if (!Array.isArray(parts)) {
    throw new k.DtypeError('split', 'parts', 'a number or a list of sizes', k.describe(parts));
  }
  const valid = parts.every((size) => Number.isInteger(size) && size >= 0);
  if (!valid || parts.length === 0 || parts.reduce((a, b) => a + b, 0) !== n) {
    throw new k.ValueError('split', 'parts', `sizes that add up to ${n}`, k.formatShape(parts));
  }
  return parts;
}
