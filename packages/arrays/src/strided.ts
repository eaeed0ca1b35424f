import { contiguousStrides } from './shape.js';
import type { IndexArray, IndexData, NdArray } from './types.js';

/** Entries in a row: the i-th of them is `data[at + i * step]`. */
export interface Operand<D extends IndexData = IndexData> {
  data: D;
  at: number;
  step: number;
}

/** The fields of a view that say where its entries are. */
interface Layout<D extends IndexData> {
  readonly data: D;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

/**
 * Does one run of entries: for i < n, from the i-th entry of a and of b. A result goes to out[to + i], `to`
 * being the number of entries before the run.
 */
export type Run<A extends IndexData, B extends IndexData, Out extends IndexData> = (
  n: number,
  a: Operand<A>,
  b: Operand<B>,
  out: Out,
  to: number,
) => void;

/** Writes the entries of any view to `out` in C order, from `start` on. */
export function copyStrided(x: NdArray | IndexArray, out: IndexData, start = 0): void {
  const { shape } = x;
  const target = { data: out, shape, stride: contiguousStrides(shape), offset: start };
  forEachRun(shape, x, target, copyRun, out);
}

/** Writes the entries of a view to another view of the same shape, which must not overlap it. */
export function assign(target: NdArray, x: NdArray): void {
  forEachRun(x.shape, x, target, copyRun, target.data);
}

const copyRun: Run<IndexData, IndexData, IndexData> = (
  n,
  { data, at, step },
  { data: out, at: to, step: outStep },
) => {
  for (let i = 0; i < n; i++, at += step, to += outStep) out[to] = data[at];
};

/**
 * Walks two views, both stretched to `shape` by NumPy's rule, in C order: run by run along the last axis.
 * Axes along which both go on evenly are walked as one, so two dense views are one run altogether, and a bias
 * added to rows is one run a row. Rejected: `assign` of ndarray-ops. It takes as long for large arrays and
 * three times as long for small ones, adds 19 kB to a bundle, and writes its loops as source text at run
 * time, which a page's content security policy may forbid.
 */
export function forEachRun<A extends IndexData, B extends IndexData, Out extends IndexData>(
  shape: readonly number[],
  a: Layout<A>,
  b: Layout<B>,
  run: Run<A, B, Out>,
  out: Out,
): void {
  const { shape: aShape, stride: aStride } = a;
  const { shape: bShape, stride: bStride } = b;
  const sizes: number[] = [];
  const aSteps: number[] = [];
  const bSteps: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i];
    if (n === 0) return;
    if (n === 1) continue;
    const aStep = stepAlong(aShape, aStride, i - shape.length);
    const bStep = stepAlong(bShape, bStride, i - shape.length);
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
  const x = { data: a.data, at: a.offset, step: inner < 0 ? 0 : aSteps[inner] };
  const y = { data: b.data, at: b.offset, step: inner < 0 ? 0 : bSteps[inner] };
  if (inner <= 0) {
    run(inner < 0 ? 1 : sizes[0], x, y, out, 0);
    return;
  }
  const n = sizes[inner];
  const index = new Array<number>(inner).fill(0);
  for (let to = 0; ; to += n) {
    run(n, x, y, out, to);
    let axis = inner - 1;
    for (; axis >= 0; axis--) {
      x.at += aSteps[axis];
      y.at += bSteps[axis];
      if (++index[axis] < sizes[axis]) break;
      x.at -= aSteps[axis] * sizes[axis];
      y.at -= bSteps[axis] * sizes[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** The step in the data along an axis, counted from the end (-1 is the last); 0 where a view is stretched. */
function stepAlong(shape: readonly number[], stride: readonly number[], axis: number): number {
  const own = shape.length + axis;
  return own < 0 || shape[own] === 1 ? 0 : stride[own];
}
