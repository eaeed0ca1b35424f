import { type FloatData, ShapeError } from '@retrograd/kernels';
import { formatShape } from '@retrograd/kernels/internal';
import { dense, dtypeOf } from './array.js';
import { checkArray } from './checks.js';
import { contiguousStrides, sizeOf } from './shape.js';
import { wrap } from './storage.js';
import { forEachRun, type Run } from './strided.js';
import type { NdArray } from './types.js';

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
  let same = added === 0;
  let fits = added >= 0;
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] === x.shape[i + added]) continue;
    same = false;
    fits &&= shape[i] === 1;
  }
  if (!fits) {
    throw new ShapeError('sumTo', 'shape', `broadcastable to ${formatShape(x.shape)}`, formatShape(shape));
  }
  if (same) return x;
  // Nothing is added up when only axes of size 1 go.
  return sizeOf(shape) === sizeOf(x.shape) ? wrap(dense(x).data, shape) : rounded(sumsOf(x, shape), x, shape);
}

/** The sums over the axes along which `shape` is stretched to become x's shape, each of them in C order. */
export function sumsOf(x: NdArray, shape: readonly number[]): Float64Array {
  const sums = new Float64Array(sizeOf(shape));
  const target = { data: sums, shape, stride: contiguousStrides(shape), offset: 0 };
  forEachRun(x.shape, x, target, addRun, sums);
  return sums;
}

const addRun: Run<FloatData, Float64Array, Float64Array> = (
  n,
  { data, at, step },
  { at: to, step: next },
  sums,
) => {
  if (next === 0) {
    let total = sums[to];
    for (let i = 0; i < n; i++, at += step) total += data[at];
    sums[to] = total;
  } else for (let i = 0; i < n; i++, at += step, to += next) sums[to] += data[at];
};

/** Sums as an array of x's dtype. */
export function rounded(sums: Float64Array, x: NdArray, shape: readonly number[]): NdArray {
  return wrap(dtypeOf(x) === 'float64' ? sums : new Float32Array(sums), shape);
}
