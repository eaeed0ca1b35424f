import type { Dtype, FloatData } from '../types.js';

/**
 * A piece of the memory that a kernel set works on: an ordinary array for the plain set, WebAssembly memory
 * for the fast ones. Its contents are undefined until written.
 */
export interface Block {
  readonly dtype: Dtype;
  /** Number of entries. */
  readonly length: number;
  /**
   * The entries. Read this again after any call that may take memory: WebAssembly memory moves when it grows.
   */
  readonly data: FloatData;
  /** Address of an entry in bytes; 0 for sets without addresses. */
  pointer(index: number): number;
}

/** A block of ordinary memory. */
export class PlainBlock implements Block {
  readonly data: FloatData;

  constructor(
    readonly dtype: Dtype,
    readonly length: number,
  ) {
    this.data = dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
  }

  pointer(): number {
    return 0;
  }
}

/** Sets the last entry of every row of a block to 1. */
export function setOnes(block: Block, row: number): void {
  const { data } = block;
  for (let at = row - 1; at < data.length; at += row) data[at] = 1;
}
