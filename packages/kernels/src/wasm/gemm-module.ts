/** Exports of assembly/gemm.ts that are called as they are. */
export interface GemmModule {
  workSize(): number;
  packedSize(isF64: boolean, K: number, N: number): number;
}

/**
 * Places in the argument list of its gemm32 and gemm64: (transA, transB, packedB, M, N, K, a, lda, b, ldb,
 * accumulate, c, ldc, work). Pointers and leading dimensions in bytes.
 */
export const GEMM = { M: 3, N: 4, a: 6, lda: 7, b: 8, c: 11, ldc: 12, work: 13, length: 14 } as const;

/** Where the parts of a packed B are. */
export interface PackedLayout {
  /** Columns of B. */
  readonly N: number;
  /** Columns of each part but the last. */
  readonly share: number;
  /** From part to part. */
  readonly bytes: number;
}

/**
 * Place of the work area in the functions that go through all steps: (B, stride, T, H, work, weights...,
 * blocks...).
 */
export const STEPS_WORK = 4;

/**
 * Shares of a product in columns are multiples of this, so that every panel of B and every group of panels is
 * whole.
 */
export const SHARE_COLUMNS = 32;
/** Shares in rows are multiples of this: whole tiles. */
export const SHARE_ROWS = 6;
/** Columns and rows that are packed together: with smaller shares, several threads pack the same entries. */
export const BLOCK_COLUMNS = 256;
export const BLOCK_ROWS = 192;
