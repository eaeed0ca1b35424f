import type { FloatData, Matrix, SequenceKernels } from '@retrograd/kernels';
import { allocate, coreCode, withBlocks } from '@retrograd/kernels/internal';
import { dense } from './array.js';
import { wrap } from './storage.js';
import type { NdArray } from './types.js';

/** Exports of the kernels' assembly/time-major.ts. */
interface SwapModule {
  /** (M, N) rows of `row` bytes to (N, M) rows, `rowTo` bytes apart. */
  swapAxes(M: number, N: number, row: number, from: number, to: number, rowTo: number): void;
}

/**
 * Copies a batch-first sequence into a block ordered by time, so that the rows of one step lie together and
 * one matrix product serves all steps.
 * @param x  (B, T, N), any view
 * @param to (T · B, N); memory is taken meanwhile
 */
export function toTimeMajor(kernels: SequenceKernels, x: NdArray, { block, at, ld }: Matrix): void {
  const [B, T, N] = x.shape;
  const from = dense(x).data;
  const module = kernels.module<SwapModule>(coreCode);
  if ((B === 1 || T === 1) && ld === N) block.data.set(from, at);
  else if (module === null)
    swapAxes(B, T, N, { data: from, at: 0, row: N }, { data: block.data, at, row: ld });
  else {
    // To copy it whole and order it there takes a third of the time of copying each row to its place.
    withBlocks(kernels, block.dtype, { x: from.length }, ({ x: staged }) => {
      staged.data.set(from);
      const bytes = (n: number): number => staged.pointer(n) - staged.pointer(0);
      module.swapAxes(B, T, bytes(N), staged.pointer(0), block.pointer(at), bytes(ld));
    });
  }
}

/**
 * Twin of toTimeMajor.
 * @param from (T · B, N) without gaps between its rows; memory is taken meanwhile
 * @returns (B, T, N), fresh
 */
export function fromTimeMajor(
  kernels: SequenceKernels,
  { block, at, columns: N }: Matrix,
  B: number,
  T: number,
): NdArray {
  const n = B * T * N;
  if (B === 1 || T === 1) return wrap(block.data.slice(at, at + n), [B, T, N]);
  const module = kernels.module<SwapModule>(coreCode);
  if (module === null) {
    const to = allocate(block.dtype, n);
    swapAxes(T, B, N, { data: block.data, at, row: N }, { data: to, at: 0, row: N });
    return wrap(to, [B, T, N]);
  }
  return withBlocks(kernels, block.dtype, { x: n }, ({ x }) => {
    const row = x.pointer(N) - x.pointer(0);
    module.swapAxes(T, B, row, block.pointer(at), x.pointer(0), row);
    return wrap(x.data.slice(), [B, T, N]);
  });
}

/** Where rows lie, `row` entries apart. */
interface Rows {
  readonly data: FloatData;
  readonly at: number;
  readonly row: number;
}

/** Copies (M, N) rows of n entries to (N, M) rows. */
function swapAxes(M: number, N: number, n: number, from: Rows, to: Rows): void {
  for (let i = 0, source = from.at; i < M; i++) {
    for (let j = 0, target = to.at + i * to.row; j < N; j++, source += from.row, target += M * to.row) {
      for (let k = 0; k < n; k++) to.data[target + k] = from.data[source + k];
    }
  }
}
