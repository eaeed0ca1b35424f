import { microKernel, PANEL, pack } from './gemm-panels.js';
import { outerProduct, thinGemm } from './gemm-thin.js';
import type { ArrayMatrix, ProductOptions } from './sequence/matrix.js';
import { rowsFrom, type StridedMatrix, stridedOf, transpose } from './strided-matrix.js';

/** Entries of the two packed blocks: A's stays in the second-level cache, B's is walked panel by panel. */
const A_BLOCK = 1 << 15;
const B_BLOCK = 1 << 17;

/** The packed blocks. They grow only with K, since a block has the fewer rows and columns the larger K is. */
let packedA = /* @__PURE__ */ new Float64Array(1 << 12);
let packedB = /* @__PURE__ */ new Float64Array(1 << 12);
const tile = /* @__PURE__ */ new Float64Array(PANEL * PANEL);

/** The reference for `Kernels.multiply`: C = op(A) op(B) on ordinary arrays. */
export function gemm(
  A: ArrayMatrix,
  B: ArrayMatrix,
  C: ArrayMatrix,
  { transA = false, transB = false, accumulate = false }: ProductOptions = {},
): void {
  const [a, b, c] = [stridedOf(A.data, A, transA), stridedOf(B.data, B, transB), stridedOf(C.data, C, false)];
  multiplyStrided(a, b, c, accumulate);
}

/**
 * C (M, N) = A (M, K) B (K, N), plus C when `accumulate`; rows of C lie in one piece.
 *
 * Both operands are packed into panels of 4 rows or columns, in double precision, so one inner loop serves
 * both dtypes and all transposes. It keeps 4 x 4 sums in registers. Every sum runs over k = 0 ... K-1 in this
 * order and in double precision on every way through this file, so the result does not depend on how the
 * operands are stored.
 */
export function multiplyStrided(
  A: StridedMatrix,
  B: StridedMatrix,
  C: StridedMatrix,
  accumulate: boolean,
): void {
  const { rows: M, columns: N } = C;
  const K = A.columns;
  if (K === 1) {
    outerProduct(A, B, C, accumulate);
    return;
  }
  if (M < PANEL) {
    thinGemm(A, B, C, accumulate);
    return;
  }
  if (N < PANEL) {
    // The transposed product: few rows again.
    thinGemm(transpose(B), transpose(A), transpose(C), accumulate);
    return;
  }
  const aRows = Math.min(roundUp(M), Math.max(PANEL, roundUp(Math.floor(A_BLOCK / K) - PANEL + 1)));
  const bColumns = Math.min(roundUp(N), Math.max(PANEL, roundUp(Math.floor(B_BLOCK / K) - PANEL + 1)));
  if (packedA.length < aRows * K) packedA = new Float64Array(aRows * K);
  if (packedB.length < bColumns * K) packedB = new Float64Array(bColumns * K);
  const columnsOfB = transpose(B);
  for (let j = 0; j < N; j += bColumns) {
    const columns = Math.min(bColumns, N - j);
    pack(rowsFrom(columnsOfB, j, columns), packedB);
    for (let i = 0; i < M; i += aRows) {
      const rows = Math.min(aRows, M - i);
      pack(rowsFrom(A, i, rows), packedA);
      const { data, at, rowStep: ld } = C;
      multiplyBlocks(K, { data, at: at + i * ld + j, rows, columns, ld }, accumulate);
    }
  }
}

/**
 * Multiplies the packed blocks. A panel of B stays in the first-level cache while the panels of A pass by.
 */
function multiplyBlocks(K: number, C: ArrayMatrix, accumulate: boolean): void {
  const { data, at, rows, columns, ld } = C;
  for (let j = 0; j < columns; j += PANEL) {
    const width = Math.min(PANEL, columns - j);
    for (let i = 0; i < rows; i += PANEL) {
      microKernel(K, packedA, i * K, packedB, j * K, tile);
      const height = Math.min(PANEL, rows - i);
      for (let r = 0; r < height; r++) {
        const to = at + (i + r) * ld + j;
        if (accumulate) for (let c = 0; c < width; c++) data[to + c] += tile[r * PANEL + c];
        else for (let c = 0; c < width; c++) data[to + c] = tile[r * PANEL + c];
      }
    }
  }
}

function roundUp(n: number): number {
  return Math.ceil(n / PANEL) * PANEL;
}
