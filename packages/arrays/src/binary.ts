import type { FloatData } from '@retrograd/kernels';
import { allocate } from '@retrograd/kernels/internal';
import { isDense } from './array.js';
import { checkArray } from './checks.js';
import { broadcastShapes, shapesEqual, sizeOf } from './shape.js';
import { wrap } from './storage.js';
import type { NdArray } from './types.js';

/**
 * One run of a binary function: out[to + i] = f(a[i * aStep], b[i * bStep]) for i < n, both counted from their offsets.
 * Every function brings a loop of its own, so that the engine compiles each one for its own arithmetic.
 */
export type BinaryLoop = (
  n: number,
  a: FloatData,
  aFrom: number,
  aStep: number,
  b: FloatData,
  bFrom: number,
  bStep: number,
  out: FloatData,
  to: number,
) => void;

/** Applies a loop to two arrays of any strides, broadcast against each other. */
export function binary(op: string, loop: BinaryLoop, a: NdArray, b: NdArray): NdArray {
  checkArray(op, 'a', a);
  checkArray(op, 'b', b);
  const same = shapesEqual(a.shape, b.shape);
  const shape = same ? a.shape : broadcastShapes(op, a.shape, b.shape);
  const n = sizeOf(shape);
  const double = a.data instanceof Float64Array || b.data instanceof Float64Array;
  const data = allocate(double ? 'float64' : 'float32', n);
  if (same && isDense(a) && isDense(b)) loop(n, a.data, 0, 1, b.data, 0, 1, data, 0);
  else if (n > 0) stridedLoop(loop, shape, a, b, data);
  return wrap(data, shape);
}

/**
 * Walks the result in C order, run by run. Axes along which both arrays go on evenly are walked as one, so a bias
 * added to rows is one run a row, and a scalar is one run altogether.
 */
function stridedLoop(
  loop: BinaryLoop,
  shape: readonly number[],
  a: NdArray,
  b: NdArray,
  out: FloatData,
): void {
  const sizes: number[] = [];
  const aSteps: number[] = [];
  const bSteps: number[] = [];
  const aAdded = shape.length - a.shape.length;
  const bAdded = shape.length - b.shape.length;
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i];
    if (n === 1) continue;
    const aStep = i < aAdded || a.shape[i - aAdded] === 1 ? 0 : a.stride[i - aAdded];
    const bStep = i < bAdded || b.shape[i - bAdded] === 1 ? 0 : b.stride[i - bAdded];
    const last = sizes.length - 1;
    if (last >= 0 && aSteps[last] === aStep * n && bSteps[last] === bStep * n) {
      sizes[last] *= n;
      aSteps[last] = aStep;
      bSteps[last] = bStep;
    } else {
      sizes.push(n);
      aSteps.push(aStep);
      bSteps.push(bStep);
    }
  }
  const inner = sizes.length - 1;
  if (inner < 0) {
    loop(1, a.data, a.offset, 0, b.data, b.offset, 0, out, 0);
    return;
  }
  const index = new Array<number>(inner).fill(0);
  const run = sizes[inner];
  const aStep = aSteps[inner];
  const bStep = bSteps[inner];
  let aFrom = a.offset;
  let bFrom = b.offset;
  for (let to = 0; to < out.length; to += run) {
    loop(run, a.data, aFrom, aStep, b.data, bFrom, bStep, out, to);
    for (let axis = inner - 1; axis >= 0; axis--) {
      aFrom += aSteps[axis];
      bFrom += bSteps[axis];
      if (++index[axis] < sizes[axis]) break;
      aFrom -= aSteps[axis] * sizes[axis];
      bFrom -= bSteps[axis] * sizes[axis];
      index[axis] = 0;
    }
  }
}
