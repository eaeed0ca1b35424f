import type { FloatData, NdArray } from '@retrograd/arrays';
import { dense, wrap } from '@retrograd/arrays';
import { allocate } from '@retrograd/arrays/internal';
import type { Block, SequenceKernels } from '@retrograd/kernels';
import { coreCode, setOnes, withBlocks } from '@retrograd/kernels/internal';

/** Exports of assembly/axes.ts. */
interface AxesModule {
  /** (M, N) rows of `row` bytes to (N, M) rows, `rowTo` bytes apart. */
  swapAxes(M: number, N: number, row: number, from: number, to: number, rowTo: number): void;
}

/**
 * Copies a batch-first sequence into a block ordered by time, so that the rows of one step lie together and one matrix product
 * serves all steps.
 * @param x      (B, T, N), any view
 * @param target (T, B, N), from `offset` on; memory is taken meanwhile
 * @param row    entries from one row of the target to the next: N, or more
 */
export function toTimeMajor(
  kernels: SequenceKernels,
  x: NdArray,
  target: Block,
  offset = 0,
  row = x.shape[2],
): void {
  const [B, T, N] = x.shape;
  const from = dense(x).data;
  if ((B === 1 || T === 1) && row === N) {
    target.data.set(from, offset);
    return;
  }
  const module = kernels.module<AxesModule>(coreCode);
  if (module === null) swapRows(B, T, N, from, 0, target.data, offset, row);
  else {
    // To copy it whole and order it there takes a third of the time of copying each row to its place.
    withBlocks(kernels, target.dtype, { x: from.length }, ({ x: staged }) => {
      staged.data.set(from);
      const bytes = (n: number): number => staged.pointer(n) - staged.pointer(0);
      module.swapAxes(B, T, bytes(N), staged.pointer(0), target.pointer(offset), bytes(row));
    });
  }
}

/**
 * Copies the inputs of a sequence into a block ordered by time, with a one behind every row. Where the bias stands as one more row
 * below the weights, the product of the two adds it, and the product for the gradient of the weights gives that of the bias too.
 * @param x      (B, T, I), any view
 * @param target (T, B, I + 1)
 */
export function loadInputs(kernels: SequenceKernels, x: NdArray, target: Block): void {
  const row = x.shape[2] + 1;
  toTimeMajor(kernels, x, target, 0, row);
  setOnes(target, row);
}

/**
 * Copies a block ordered by time to a batch-first sequence.
 * @param block (T, B, N), from `offset` on; memory is taken meanwhile
 * @returns (B, T, N), fresh
 */
export function fromTimeMajor(
  kernels: SequenceKernels,
  block: Block,
  offset: number,
  B: number,
  T: number,
  N: number,
): NdArray {
  const n = B * T * N;
  if (B === 1 || T === 1) return wrap(block.data.slice(offset, offset + n), [B, T, N]);
  const module = kernels.module<AxesModule>(coreCode);
  if (module === null) {
    const to = allocate(block.dtype, n);
    swapRows(T, B, N, block.data, offset, to, 0, N);
    return wrap(to, [B, T, N]);
  }
  return withBlocks(kernels, block.dtype, { x: n }, ({ x }) => {
    const row = x.pointer(N) - x.pointer(0);
    module.swapAxes(T, B, row, block.pointer(offset), x.pointer(0), row);
    return wrap(x.data.slice(), [B, T, N]);
  });
}

/** Copies (M, N) rows of n entries, from an entry on, to (N, M) rows that are `row` entries apart. */
function swapRows(
  M: number,
  N: number,
  n: number,
  source: FloatData,
  start: number,
  target: FloatData,
  offset: number,
  row: number,
): void {
  for (let i = 0, from = start; i < M; i++) {
    for (let j = 0, to = offset + i * row; j < N; j++, to += M * row) {
      for (let k = 0; k < n; k++) target[to + k] = source[from++];
    }
  }
}

/** Adds `source` to `target` from `offset` on. */
export function addBlock(target: FloatData, offset: number, source: FloatData): void {
  for (let k = 0; k < source.length; k++) target[offset + k] += source[k];
}

/** Step t of a batch-first sequence (B, T, N): (B, N), a view. */
export const stepOf = (x: NdArray, t: number): NdArray => x.pick(null, t, null);
