import { dense } from '../array.js';
import { allocate, wrap } from '../storage.js';
import type { FloatData, NdArray } from '../types.js';

/**
 * Copies a batch-first sequence into a buffer ordered by time, so that the rows of one step lie together and one matrix
 * product serves all steps.
 * @param x      (B, T, N), any view
 * @param target (T, B, N) flat, from `offset` on
 */
export function toTimeMajor(x: NdArray, target: FloatData, offset = 0): void {
  const [B, T, N] = x.shape;
  const { data } = dense(x);
  if (B === 1 || T === 1) {
    target.set(data, offset);
    return;
  }
  for (let t = 0, to = offset; t < T; t++) {
    for (let b = 0; b < B; b++, to += N) copyRow(data, (b * T + t) * N, target, to, N);
  }
}

/**
 * Copies a buffer ordered by time to a batch-first sequence.
 * @param data   (T, B, N) flat, from `offset` on
 * @returns (B, T, N), fresh
 */
export function fromTimeMajor(data: FloatData, offset: number, B: number, T: number, N: number): NdArray {
  if (B === 1 || T === 1) return wrap(data.slice(offset, offset + T * B * N), [B, T, N]);
  const result = allocate(data instanceof Float64Array ? 'float64' : 'float32', T * B * N);
  for (let b = 0, to = 0; b < B; b++) {
    for (let t = 0; t < T; t++, to += N) copyRow(data, offset + (t * B + b) * N, result, to, N);
  }
  return wrap(result, [B, T, N]);
}

/** Entries from which the call that copies typed arrays is quicker than a loop. */
const MANY = 24;

function copyRow(source: FloatData, from: number, target: FloatData, to: number, n: number): void {
  if (n >= MANY) target.set(source.subarray(from, from + n), to);
  else for (let i = 0; i < n; i++) target[to + i] = source[from + i];
}

/** Sets every one of `rows` rows of `target` (from `offset` on) to `row`. */
export function fillRows(target: FloatData, offset: number, rows: number, row: FloatData): void {
  for (let r = 0; r < rows; r++) target.set(row, offset + r * row.length);
}

/** Adds `source` to `target` from `offset` on. */
export function addBlock(target: FloatData, offset: number, source: FloatData): void {
  for (let k = 0; k < source.length; k++) target[offset + k] += source[k];
}

/** Step t of a batch-first sequence (B, T, N): (B, N), a view. */
export const stepOf = (x: NdArray, t: number): NdArray => x.pick(null, t, null);
