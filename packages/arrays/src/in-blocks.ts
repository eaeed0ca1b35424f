import type { Block, FloatData } from '@retrograd/kernels';
import { allocate } from './allocate.js';
import { dense, isDense } from './array.js';
import { wrap } from './storage.js';
import { assign } from './strided.js';
import type { NdArray } from './types.js';

/** Entries up to which a loop is quicker than the call that copies typed arrays. */
const FEW = 128;

/** Copies an array, any view, to a block from entry `at` on; converted when the block is of another dtype. */
export function load(x: NdArray, { data }: Block, at = 0): void {
  const from = dense(x).data;
  if (from.length > FEW) data.set(from, at);
  else for (let i = 0; i < from.length; i++) data[at + i] = from[i];
}

/** Copies a matrix, any view, to a block whose rows are `row` entries apart; what lies between them stays. */
export function loadRows(x: NdArray, block: Block, row: number): void {
  const [M, N] = x.shape;
  if (M === 1 || row === N) {
    load(x, block);
    return;
  }
  const { data } = block;
  const from = dense(x).data;
  for (let i = 0, k = 0; i < M; i++) {
    for (let j = 0, to = i * row; j < N; j++) data[to++] = from[k++];
  }
}

/** Copies entries of a block, from `at` on, into an array of its dtype, any view. */
export function store({ data }: Block, at: number, to: NdArray): void {
  const n = to.size;
  if (!isDense(to)) assign(to, wrap(data.subarray(at, at + n), to.shape));
  else if (n > FEW) to.data.set(data.subarray(at, at + n));
  else for (let i = 0; i < n; i++) to.data[i] = data[at + i];
}

/** The n entries of a block from `at` on as an ordinary array. */
export function unload({ data, dtype }: Block, at: number, n: number): FloatData {
  if (n > FEW) return data.slice(at, at + n);
  const to = allocate(dtype, n);
  for (let i = 0; i < n; i++) to[i] = data[at + i];
  return to;
}
