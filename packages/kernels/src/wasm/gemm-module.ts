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

/** Where the parts of a packed B lie. */
export interface PackedLayout {
  /** Columns of B. */
  readonly N: number;
  /** Columns of each part but the last. */
  readonly share: number;
  /** Bytes from one part to the next. */
  readonly bytes: number;
}

/**
 * Place of the work area in the functions that go through all steps: (B, stride, T, H, work, weights...,
 * blocks...).
 */
export const STEPS_WORK = 4;

/** Pieces of a product have a multiple of this many columns, so that no panel of B is cut. */
export const PIECE_COLUMNS = 32;
/** Pieces have a multiple of this many rows: whole tiles. */
export const PIECE_ROWS = 6;
/** Columns and rows that are packed together: with pieces of at least this many nothing is packed twice. */
export const BLOCK_COLUMNS = 256;
export const BLOCK_ROWS = 192;
