import { dense } from '../array.js';
import { type Block, setOnes } from '../sequence/block.js';
import { withBlocks } from '../sequence/kept.js';
import type { SequenceKernels } from '../sequence/kernels.js';
import { allocate, wrap } from '../storage.js';
import type { FloatData, NdArray } from '../types.js';

/**
 * Copies a batch-first sequence into a block ordered by time, so that the rows of one step lie together and one matrix product
 * serves all steps.
 * @param x      (B, T, N), any view
 * @param target (T, B, N), from `offset` on; memory is taken meanwhile where that makes it faster
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
  const { data } = dense(x);
  if ((B === 1 || T === 1) && row === N) {
    target.data.set(data, offset);
  } else if (kernels.swapAxes === null) {
    for (let t = 0, to = offset; t < T; t++) {
      for (let b = 0; b < B; b++, to += row) copyRow(data, (b * T + t) * N, target.data, to, N);
    }
  } else {
    withBlocks(kernels, target.dtype, { x: data.length }, (staged) => {
      staged.x.data.set(data);
      kernels.swapAxes?.(B, T, N, staged.x, 0, target, offset, row);
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
 * @param block (T, B, N), from `offset` on; memory is taken meanwhile where that makes it faster
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
  if (kernels.swapAxes !== null) {
    return withBlocks(kernels, block.dtype, { x: n }, (staged) => {
      kernels.swapAxes?.(T, B, N, block, offset, staged.x, 0, N);
      return wrap(staged.x.data.slice(), [B, T, N]);
    });
  }
  const result = allocate(block.dtype, n);
  for (let b = 0, to = 0; b < B; b++) {
    for (let t = 0; t < T; t++, to += N) copyRow(block.data, offset + (t * B + b) * N, result, to, N);
  }
  return wrap(result, [B, T, N]);
}

/** Entries from which the call that copies typed arrays is quicker than a loop. */
const MANY = 24;

function copyRow(source: FloatData, from: number, target: FloatData, to: number, n: number): void {
  if (n >= MANY) target.set(source.subarray(from, from + n), to);
  else for (let i = 0; i < n; i++) target[to + i] = source[from + i];
}

/** Adds `source` to `target` from `offset` on. */
export function addBlock(target: FloatData, offset: number, source: FloatData): void {
  for (let k = 0; k < source.length; k++) target[offset + k] += source[k];
}

/** Step t of a batch-first sequence (B, T, N): (B, N), a view. */
export const stepOf = (x: NdArray, t: number): NdArray => x.pick(null, t, null);
