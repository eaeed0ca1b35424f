import { dense, type FloatData, type NdArray, wrap } from '@retrograd/arrays';
import { allocate } from '@retrograd/arrays/internal';
import type { Block, Matrix, SequenceKernels } from '@retrograd/kernels';
import { coreCode, setOnes, withBlocks } from '@retrograd/kernels/internal';
import type { Schedule } from './schedule.js';

// Inside of the engine a sequence is ordered by time, so that the rows of one step lie together and one product serves all
// steps. A schedule orders the rows of each step too. Both happen here, at the border, and nowhere else.

/** Exports of the kernels' assembly/time-major.ts. */
interface SwapModule {
  /** (M, N) rows of `row` bytes to (N, M) rows, `rowTo` bytes apart. */
  swapAxes(M: number, N: number, row: number, from: number, to: number, rowTo: number): void;
}

/**
 * Brings a batch-first sequence into the order in which its steps are visited. Rows after a sample's end become zeros.
 * @param x  (B, T, N), any view
 * @param to (T · B, N); memory is taken meanwhile
 */
export function gather(kernels: SequenceKernels, x: NdArray, to: Matrix, schedule: Schedule | null): void {
  const [B, T, N] = x.shape;
  const from = dense(x).data;
  if (schedule !== null) {
    const target = to.block.data;
    schedule.source.forEach((step, k) => {
      const start = (schedule.rows[k % B] * T + step) * N;
      for (let j = 0, at = to.at + k * to.ld; j < N; j++) target[at + j] = step < 0 ? 0 : from[start + j];
    });
    return;
  }
  if ((B === 1 || T === 1) && to.ld === N) {
    to.block.data.set(from, to.at);
    return;
  }
  const module = kernels.module<SwapModule>(coreCode);
  if (module === null) {
    swapAxes(B, T, N, { data: from, at: 0, row: N }, { data: to.block.data, at: to.at, row: to.ld });
    return;
  }
  // To copy it whole and order it there takes a third of the time of copying each row to its place.
  withBlocks(kernels, to.block.dtype, { x: from.length }, ({ x: staged }) => {
    staged.data.set(from);
    const bytes = (n: number): number => staged.pointer(n) - staged.pointer(0);
    module.swapAxes(B, T, bytes(N), staged.pointer(0), to.block.pointer(to.at), bytes(to.ld));
  });
}

/**
 * Twin of gather. Steps that a sample does not visit become zeros.
 * @param from (T · B, N) without gaps between its rows; memory is taken meanwhile
 * @returns (B, T, N), fresh
 */
export function scatter(
  kernels: SequenceKernels,
  { block, at, columns: N }: Matrix,
  [B, T]: readonly [B: number, T: number],
  schedule: Schedule | null,
): NdArray {
  const n = B * T * N;
  const shape = [B, T, N];
  if (schedule !== null) {
    const [from, to] = [block.data, allocate(block.dtype, n)];
    schedule.source.forEach((step, k) => {
      if (step < 0) return;
      const start = (schedule.rows[k % B] * T + step) * N;
      for (let j = 0; j < N; j++) to[start + j] = from[at + k * N + j];
    });
    return wrap(to, shape);
  }
  if (B === 1 || T === 1) return wrap(block.data.slice(at, at + n), shape);
  const module = kernels.module<SwapModule>(coreCode);
  if (module === null) {
    const to = allocate(block.dtype, n);
    swapAxes(T, B, N, { data: block.data, at, row: N }, { data: to, at: 0, row: N });
    return wrap(to, shape);
  }
  return withBlocks(kernels, block.dtype, { x: n }, ({ x }) => {
    const row = x.pointer(N) - x.pointer(0);
    module.swapAxes(T, B, row, block.pointer(at), x.pointer(0), row);
    return wrap(x.data.slice(), shape);
  });
}

/**
 * Copies the inputs of a sequence, with a one at the end of every row. The biases are one more row below the weights: so the
 * product of the two adds them, and the product for the gradient of the weights gives that of the biases too.
 * @param x  (B, T, I), any view
 * @param to (T · B, I + 1), a whole block
 */
export function gatherInputs(
  kernels: SequenceKernels,
  x: NdArray,
  to: Matrix,
  schedule: Schedule | null,
): void {
  gather(kernels, x, to, schedule);
  setOnes(to.block, to.ld);
}

/** Copies states (B, N), any view, to entry `at` of a block on, in the order of the schedule's rows. */
export function loadRows(x: NdArray, block: Block, at: number, schedule: Schedule | null): void {
  block.data.set(rowsOf(x, schedule), at);
}

/** The entries of states (B, N), any view, in the order of the schedule's rows. Not to be written to. */
export function rowsOf(x: NdArray, schedule: Schedule | null): FloatData {
  const { data, dtype, shape } = dense(x);
  if (schedule === null) return data;
  const N = shape[1];
  const sorted = allocate(dtype, data.length);
  schedule.rows.forEach((sample, row) => {
    sorted.set(data.subarray(sample * N, (sample + 1) * N), row * N);
  });
  return sorted;
}

/** Twin of loadRows. @returns (B, N), fresh */
export function unloadRows(
  block: Block,
  at: number,
  [B, N]: readonly [B: number, N: number],
  schedule: Schedule | null,
): NdArray {
  const rows = block.data.slice(at, at + B * N);
  if (schedule === null) return wrap(rows, [B, N]);
  const data = allocate(block.dtype, B * N);
  schedule.rows.forEach((sample, row) => {
    data.set(rows.subarray(row * N, (row + 1) * N), sample * N);
  });
  return wrap(data, [B, N]);
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
