import { dense } from '../array.js';
import { type Block, setOnes } from '../sequence/block.js';
import { allocate, wrap } from '../storage.js';
import type { FloatData, NdArray } from '../types.js';

/**
 * Copies a batch-first sequence into a block ordered by time, so that the rows of one step lie together and one matrix product
 * serves all steps.
 * @param x      (B, T, N), any view
 * @param target (T, B, N), from `offset` on
 * @param row    entries from one row of the target to the next: N, or more
 */
export function toTimeMajor(x: NdArray, target: Block, offset = 0, row = x.shape[2]): void {
  const [B, T, N] = x.shape;
  const from = dense(x).data;
  const to = target.data;
  if ((B === 1 || T === 1) && row === N) {
    to.set(from, offset);
    return;
  }
  for (let t = 0, at = offset; t < T; t++) {
    for (let b = 0; b < B; b++, at += row) copyRow(from, (b * T + t) * N, to, at, N);
  }
}

/**
 * Copies the inputs of a sequence into a block ordered by time, with a one behind every row. Where the bias stands as one more row
 * below the weights, the product of the two adds it, and the product for the gradient of the weights gives that of the bias too.
 * @param x      (B, T, I), any view
 * @param target (T, B, I + 1)
 */
export function loadInputs(x: NdArray, target: Block): void {
  const row = x.shape[2] + 1;
  toTimeMajor(x, target, 0, row);
  setOnes(target, row);
}

/**
 * Copies a block ordered by time to a batch-first sequence.
 * @param block (T, B, N), from `offset` on
 * @returns (B, T, N), fresh
 */
export function fromTimeMajor(block: Block, offset: number, B: number, T: number, N: number): NdArray {
  const from = block.data;
  const n = B * T * N;
  if (B === 1 || T === 1) return wrap(from.slice(offset, offset + n), [B, T, N]);
  const to = allocate(block.dtype, n);
  for (let b = 0, at = 0; b < B; b++) {
    for (let t = 0; t < T; t++, at += N) copyRow(from, offset + (t * B + b) * N, to, at, N);
  }
  return wrap(to, [B, T, N]);
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
