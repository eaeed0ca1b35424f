import { contiguousStrides } from './shape.js';
import type { IndexArray, IndexData, NdArray } from './types.js';

/** Writes the entries of any view to `out` in C order, from `start` on. */
export function copyStrided(x: NdArray | IndexArray, out: IndexData, start = 0): void {
  copyEntries(x.shape, x.data, x.offset, x.stride, out, start, contiguousStrides(x.shape));
}

/** Writes the entries of a view to another view of the same shape, which must not overlap it. */
export function assign(target: NdArray, x: NdArray): void {
  copyEntries(x.shape, x.data, x.offset, x.stride, target.data, target.offset, target.stride);
}

/**
 * Axes along which both sides go on evenly are walked as one.
 * Rejected: `assign` of ndarray-ops. It takes as long for large arrays and three times as long for small ones, adds 19 kB to a
 * bundle, and writes its loops as source text at run time, which a page's content security policy may forbid.
 */
function copyEntries(
  shape: readonly number[],
  data: IndexData,
  from: number,
  fromStride: readonly number[],
  out: IndexData,
  to: number,
  toStride: readonly number[],
): void {
  const sizes: number[] = [];
  const fromSteps: number[] = [];
  const toSteps: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i];
    if (n === 0) return;
    if (n === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && fromSteps[last] === fromStride[i] * n && toSteps[last] === toStride[i] * n) {
      sizes[last] *= n;
      fromSteps[last] = fromStride[i];
      toSteps[last] = toStride[i];
    } else {
      sizes.push(n);
      fromSteps.push(fromStride[i]);
      toSteps.push(toStride[i]);
    }
  }
  const inner = sizes.length - 1;
  if (inner < 0) {
    out[to] = data[from];
    return;
  }
  const index = new Array<number>(inner).fill(0);
  for (;;) {
    copyRun(sizes[inner], data, from, fromSteps[inner], out, to, toSteps[inner]);
    let axis = inner - 1;
    for (; axis >= 0; axis--) {
      from += fromSteps[axis];
      to += toSteps[axis];
      if (++index[axis] < sizes[axis]) break;
      from -= fromSteps[axis] * sizes[axis];
      to -= toSteps[axis] * sizes[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

function copyRun(
  n: number,
  data: IndexData,
  from: number,
  fromStep: number,
  out: IndexData,
  to: number,
  toStep: number,
): void {
  for (let i = 0; i < n; i++) {
    out[to] = data[from];
    from += fromStep;
    to += toStep;
  }
}
