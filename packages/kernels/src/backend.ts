import { columnSums } from './column-sums.js';
import { gemm } from './gemm.js';
import { sigmoidMap, tanhMap } from './maps.js';
import type { FloatData } from './types.js';

/**
 * The functions that the time goes into, on flat buffers: what a faster implementation provides. All buffers of one call
 * are of one dtype; sizes and offsets count entries and are trusted; nothing outside the named ranges is written.
 */
export interface Kernels {
  /** For messages and reports: 'plain', 'wasm', ... */
  readonly name: string;

  /**
   * C = op(A) op(B), plus what C holds already when `accumulate` is true; row-major, C being (M, N) and
   * op(A) (M, K), op(B) (K, N). A transposed operand is stored as (K, M) or (N, K). A row of A, B or C starts `lda`,
   * `ldb` or `ldc` entries after the one before it. C must not overlap A or B.
   */
  gemm(
    transA: boolean,
    transB: boolean,
    M: number,
    N: number,
    K: number,
    A: FloatData,
    aOffset: number,
    lda: number,
    B: FloatData,
    bOffset: number,
    ldb: number,
    accumulate: boolean,
    C: FloatData,
    cOffset: number,
    ldc: number,
  ): void;

  /** out[j] = the sum of column j of X (rows, columns), plus what out holds already when `accumulate` is true. */
  columnSums(
    rows: number,
    columns: number,
    X: FloatData,
    xOffset: number,
    ldx: number,
    accumulate: boolean,
    out: FloatData,
    outOffset: number,
  ): void;

  /** out[i] = sigmoid(x[i]) for n entries from the offsets on; x and out may be the same range. */
  sigmoid(n: number, x: FloatData, xOffset: number, out: FloatData, outOffset: number): void;

  /** out[i] = tanh(x[i]) for n entries from the offsets on; x and out may be the same range. */
  tanh(n: number, x: FloatData, xOffset: number, out: FloatData, outOffset: number): void;
}

/** The reference: plain TypeScript, every sum in the order of its index, in double precision. */
export const plainKernels: Kernels = { name: 'plain', gemm, columnSums, sigmoid: sigmoidMap, tanh: tanhMap };

let current: Kernels = plainKernels;

/** The kernels that all packages compute with. */
export function currentKernels(): Kernels {
  return current;
}

/** Has all packages compute with these kernels from now on, and gives back those used before. */
export function useKernels(kernels: Kernels): Kernels {
  const before = current;
  current = kernels;
  return before;
}
