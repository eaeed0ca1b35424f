import type { FloatData } from '@retrograd/kernels';
import { allocate } from './allocate.js';
import { isDense } from './array.js';
import { checkArray } from './checks.js';
import { broadcastShapes, shapesEqual, sizeOf } from './shape.js';
import { wrap } from './storage.js';
import { forEachRun, type Run } from './strided.js';
import type { NdArray } from './types.js';

/**
 * out[to + i] = f(a's entry i, b's entry i) for i < n. Every function has a loop of its own, so that the
 * JavaScript engine compiles each one for its own arithmetic.
 */
export type BinaryLoop = Run<FloatData, FloatData, FloatData>;

/** Applies a loop to two arrays of any strides, broadcast against each other. */
export function binary(op: string, loop: BinaryLoop, a: NdArray, b: NdArray): NdArray {
  checkArray(op, 'a', a);
  checkArray(op, 'b', b);
  const same = shapesEqual(a.shape, b.shape);
  const shape = same ? a.shape : broadcastShapes(op, a.shape, b.shape);
  const n = sizeOf(shape);
  const double = a.data instanceof Float64Array || b.data instanceof Float64Array;
  const out = allocate(double ? 'float64' : 'float32', n);
  if (same && isDense(a) && isDense(b)) {
    loop(n, { data: a.data, at: 0, step: 1 }, { data: b.data, at: 0, step: 1 }, out, 0);
  } else forEachRun(shape, a, b, loop, out);
  return wrap(out, shape);
}
