import type { StridedMatrix } from './strided-matrix.js';

/**
 * Rows or columns in a packed panel. 4 x 4 sums are as many as the engine's register allocator takes well.
 */
export const PANEL = 4;

/**
 * Copies the rows of a matrix to `out` in panels of 4: the 4 entries of the panel's rows at k = 0, then those
 * at k = 1, ... The last panel is filled up with zeros; what they give lands outside the result and is
 * dropped.
 */
export function pack(X: StridedMatrix, out: Float64Array): void {
  const { data, at, rows, columns: K, rowStep, columnStep: step } = X;
  let to = 0;
  let row = 0;
  for (; row + PANEL <= rows; row += PANEL) {
    let p0 = at + row * rowStep;
    let p1 = p0 + rowStep;
    let p2 = p1 + rowStep;
    let p3 = p2 + rowStep;
    for (let k = 0; k < K; k++) {
      out[to] = data[p0];
      out[to + 1] = data[p1];
      out[to + 2] = data[p2];
      out[to + 3] = data[p3];
      to += PANEL;
      p0 += step;
      p1 += step;
      p2 += step;
      p3 += step;
    }
  }
  if (row === rows) return;
  for (let k = 0; k < K; k++) {
    for (let r = row; r < row + PANEL; r++) out[to++] = r < rows ? data[at + r * rowStep + k * step] : 0;
  }
}

/**
 * The 4 x 4 products of a panel of A (from `a` on) with a panel of B (from `b` on), written to `tile` row by
 * row. `| 0` tells the engine that an index stays an integer, so it need not watch for overflow.
 */
export function microKernel(
  K: number,
  A: Float64Array,
  a: number,
  B: Float64Array,
  b: number,
  tile: Float64Array,
): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  const end = (a + PANEL * K) | 0;
  const apart = (b - a) | 0;
  for (let p = a | 0; p < end; p = (p + PANEL) | 0) {
    const q = (p + apart) | 0;
    const b0 = B[q];
    const b1 = B[(q + 1) | 0];
    const b2 = B[(q + 2) | 0];
    const b3 = B[(q + 3) | 0];
    const a0 = A[p];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = A[(p + 1) | 0];
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = A[(p + 2) | 0];
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    const a3 = A[(p + 3) | 0];
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c03;
  tile[4] = c10;
  tile[5] = c11;
  tile[6] = c12;
  tile[7] = c13;
  tile[8] = c20;
  tile[9] = c21;
  tile[10] = c22;
  tile[11] = c23;
  tile[12] = c30;
  tile[13] = c31;
  tile[14] = c32;
  tile[15] = c33;
}
