import { assign, dense, type FloatData, isDense, type NdArray, wrap } from '@retrograd/arrays';
import { allocate } from '@retrograd/arrays/internal';
import type { Block } from '@retrograd/kernels';

/** Entries up to which a loop is quicker than the call that copies typed arrays. */
const FEW = 128;

/** Copies an array, any view, to a block from entry `at` on; converted when the block is of another dtype. */
export function load(x: NdArray, { data }: Block, at: number): void {
  const from = dense(x).data;
  if (from.length > FEW) data.set(from, at);
  else for (let i = 0; i < from.length; i++) data[at + i] = from[i];
}

/**
 * Copies the inputs of a step into a block that `setOnes` has seen.
 * @param x_t (B, I), any view
 */
export function loadInput(x_t: NdArray, block: Block): void {
  const [B, I] = x_t.shape;
  if (B === 1) {
    load(x_t, block, 0);
    return;
  }
  const { data } = block;
  const from = dense(x_t).data;
  for (let b = 0, to = 0, k = 0; b < B; b++, to++) {
    for (let i = 0; i < I; i++) data[to++] = from[k++];
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
