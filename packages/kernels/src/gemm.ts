import { microKernel, PANEL, pack } from './gemm-panels.js';
import { outerProduct, thinGemm } from './gemm-thin.js';
import type { FloatData } from './types.js';

/** Entries of the two packed blocks: A's stays in the second-level cache, B's is walked panel by panel. */
const A_BLOCK = 1 << 15;
const B_BLOCK = 1 << 17;

/** Packed blocks; they grow with K only, since the number of rows and columns in a block shrinks with it. */
let packedA = /* @__PURE__ */ new Float64Array(1 << 12);
let packedB = /* @__PURE__ */ new Float64Array(1 << 12);
const tile = /* @__PURE__ */ new Float64Array(PANEL * PANEL);

/**
 * The plain `gemm` of the kernels' interface.
 *
 * Both operands are packed into panels of 4 rows or columns, in double precision, so one inner loop serves both
 * dtypes and all transposes. It keeps 4 x 4 sums in registers. Every sum runs over k = 0 ... K-1 in this order and in
 * double precision on every way through this file, so the answer does not depend on how the operands are stored.
 */
export function gemm(
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
): void {
  // Steps to the next row and along k in op(A); along k and to the next column in op(B).
  const aRow = transA ? 1 : lda;
  const aStep = transA ? lda : 1;
  const bStep = transB ? 1 : ldb;
  const bColumn = transB ? ldb : 1;
  if (K === 1) {
    outerProduct(M, N, A, aOffset, aRow, B, bOffset, bColumn, accumulate, C, cOffset, ldc);
    return;
  }
  if (M < PANEL) {
    thinGemm(M, N, K, A, aOffset, aRow, aStep, B, bOffset, bColumn, bStep, accumulate, C, cOffset, ldc, 1);
    return;
  }
  if (N < PANEL) {
    // The transposed product: few rows again.
    thinGemm(N, M, K, B, bOffset, bColumn, bStep, A, aOffset, aRow, aStep, accumulate, C, cOffset, 1, ldc);
    return;
  }
  const aRows = Math.min(roundUp(M), Math.max(PANEL, roundUp(Math.floor(A_BLOCK / K) - PANEL + 1)));
  const bColumns = Math.min(roundUp(N), Math.max(PANEL, roundUp(Math.floor(B_BLOCK / K) - PANEL + 1)));
  if (packedA.length < aRows * K) packedA = new Float64Array(aRows * K);
  if (packedB.length < bColumns * K) packedB = new Float64Array(bColumns * K);
  for (let j0 = 0; j0 < N; j0 += bColumns) {
    const columns = Math.min(bColumns, N - j0);
    pack(B, bOffset + j0 * bColumn, bColumn, bStep, columns, K, packedB);
    for (let i0 = 0; i0 < M; i0 += aRows) {
      const rows = Math.min(aRows, M - i0);
      pack(A, aOffset + i0 * aRow, aRow, aStep, rows, K, packedA);
      multiplyBlocks(rows, columns, K, accumulate, C, cOffset + i0 * ldc + j0, ldc);
    }
  }
}

/** Multiplies the packed blocks. A panel of B stays in the first-level cache while the panels of A pass by. */
function multiplyBlocks(
  rows: number,
  columns: number,
  K: number,
  accumulate: boolean,
  C: FloatData,
  cOffset: number,
  ldc: number,
): void {
  for (let j = 0; j < columns; j += PANEL) {
    const width = Math.min(PANEL, columns - j);
    for (let i = 0; i < rows; i += PANEL) {
      microKernel(K, packedA, i * K, packedB, j * K, tile);
      const height = Math.min(PANEL, rows - i);
      for (let r = 0; r < height; r++) {
        const to = cOffset + (i + r) * ldc + j;
        if (accumulate) for (let c = 0; c < width; c++) C[to + c] += tile[r * PANEL + c];
        else for (let c = 0; c < width; c++) C[to + c] = tile[r * PANEL + c];
      }
    }
  }
}

function roundUp(n: number): number {
  return Math.ceil(n / PANEL) * PANEL;
}
