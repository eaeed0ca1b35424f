import { dense, isDense } from '../array.js';
import { allocate, wrap } from '../storage.js';
import { assign } from '../strided.js';
import type { Dtype, FloatData, NdArray } from '../types.js';

/**
 * A piece of the memory that a kernel set works on: ordinary arrays for the plain set, WebAssembly memory for the fast one.
 * Its contents are undefined until written.
 */
export interface Block {
  readonly dtype: Dtype;
  /** Number of entries. */
  readonly length: number;
  /** The entries. Read it anew after anything that may take memory: WebAssembly memory moves when it grows. */
  readonly data: FloatData;
  /** Address in bytes of an entry, where the set has addresses; else 0. */
  pointer(index: number): number;
}

/** A block of ordinary memory. */
export class PlainBlock implements Block {
  readonly data: FloatData;

  constructor(
    readonly dtype: Dtype,
    readonly length: number,
  ) {
    this.data = allocate(dtype, length);
  }

  pointer(): number {
    return 0;
  }
}

/** Entries up to which a loop is quicker than the call that copies typed arrays. */
const FEW = 128;

/** Copies an array, any view, to the start of a block; converted when the block is of another dtype. */
export function load(block: Block, x: NdArray): void {
  const { data } = block;
  const from = dense(x).data;
  if (from.length > FEW) data.set(from);
  else for (let i = 0; i < from.length; i++) data[i] = from[i];
}

/**
 * Copies the inputs of a step into a block that `setOnes` has seen.
 * @param x_t (B, I), any view
 */
export function loadInput(block: Block, x_t: NdArray): void {
  const [B, I] = x_t.shape;
  if (B === 1) {
    load(block, x_t);
    return;
  }
  const { data } = block;
  const from = dense(x_t).data;
  for (let b = 0, to = 0, k = 0; b < B; b++, to++) {
    for (let i = 0; i < I; i++) data[to++] = from[k++];
  }
}

/** Sets the last entry of every row of a block to 1. */
export function setOnes(block: Block, row: number): void {
  const { data } = block;
  for (let at = row - 1; at < data.length; at += row) data[at] = 1;
}

/** Copies the entries of a whole block into an array of its dtype and size, any view. */
export function store(block: Block, to: NdArray): void {
  const { data } = block;
  if (!isDense(to)) assign(to, wrap(data, to.shape));
  else if (data.length > FEW) to.data.set(data);
  else for (let i = 0; i < data.length; i++) to.data[i] = data[i];
}

/** The entries of a whole block as an ordinary array. */
export function unload(block: Block): FloatData {
  const { data } = block;
  const to = allocate(block.dtype, data.length);
  if (to.length > FEW) to.set(data);
  else for (let i = 0; i < to.length; i++) to[i] = data[i];
  return to;
}
