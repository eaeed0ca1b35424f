import { dense, dtypeOf, type FloatData, type NdArray, wrap } from '@retrograd/arrays';
import { allocate } from '@retrograd/arrays/internal';
import type { Block, Matrix, SequenceKernels } from '@retrograd/kernels';
import { fromTimeMajor, toTimeMajor } from '@retrograd/kernels/internal';
import type { Schedule } from './schedule.js';

// Inside of the engine a sequence is ordered by time, so that the rows of one step lie together and one product serves all
// steps. A schedule orders the rows of each step too. Both happen here, at the border, and nowhere else.

/**
 * Brings a batch-first sequence into the order in which its steps are visited. Rows after a sample's end become zeros.
 * @param x  (B, T, N), any view
 * @param to (T · B, N); memory is taken meanwhile
 */
export function gather(kernels: SequenceKernels, x: NdArray, to: Matrix, schedule: Schedule | null): void {
  const { data } = dense(x);
  if (schedule === null) toTimeMajor(kernels, data, x.shape, to);
  else takeRows(data, x.shape[2], schedule.toSteps, to.block.data.subarray(to.at), to.ld);
}

/**
 * Twin of gather. Steps that a sample does not visit become zeros.
 * @param from (T · B, N) without gaps between its rows; memory is taken meanwhile
 * @returns (B, T, N), fresh
 */
export function scatter(
  kernels: SequenceKernels,
  from: Matrix,
  [B, T]: readonly [B: number, T: number],
  schedule: Schedule | null,
): NdArray {
  if (schedule === null) return wrap(fromTimeMajor(kernels, from, B, T), [B, T, from.columns]);
  const { block, at, columns: N } = from;
  const data = allocate(block.dtype, B * T * N);
  return wrap(takeRows(block.data.subarray(at), N, schedule.toSamples, data), [B, T, N]);
}

/** The entries of states (B, N), any view, in the order of the schedule's rows. Not to be written to. */
export function gatherRows(x: NdArray, schedule: Schedule | null): FloatData {
  const { data } = dense(x);
  return schedule === null
    ? data
    : takeRows(data, x.shape[1], schedule.rows, allocate(dtypeOf(x), data.length));
}

/** Twin of gatherRows, from entry `at` of a block on. @returns (B, N), fresh */
export function scatterRows(block: Block, at: number, shape: number[], schedule: Schedule | null): NdArray {
  const rows = block.data.slice(at, at + shape[0] * shape[1]);
  if (schedule === null) return wrap(rows, shape);
  return wrap(takeRows(rows, shape[1], schedule.samples, allocate(block.dtype, rows.length)), shape);
}

/** Row k of `to`, `ld` entries apart, becomes row order[k] of `from`, N entries; zeros where that is -1. */
function takeRows(from: FloatData, N: number, order: Int32Array, to: FloatData, ld = N): FloatData {
  order.forEach((row, k) => {
    for (let j = 0; j < N; j++) to[k * ld + j] = row < 0 ? 0 : from[row * N + j];
  });
  return to;
}
