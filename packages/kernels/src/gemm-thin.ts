import type { FloatData } from './types.js';

/** One row of op(A), and the sums of one row of C, in double precision. */
let factors = /* @__PURE__ */ new Float64Array(1 << 8);
let sums = /* @__PURE__ */ new Float64Array(1 << 8);

/**
 * The product for a few rows (streaming: batch 1), where packing B would cost as much as the product. Row by row; every
 * sum runs over k = 0 ... K-1 as in gemm.ts.
 * @param aRow    entries from one row of op(A) to the next, and `aStep` along k
 * @param bColumn entries from one column of op(B) to the next, and `bStep` along k; one of the two is 1
 * @param cRow    entries from one row of C to the next, and `cColumn` from one column to the next
 */
export function thinGemm(
  rows: number,
  columns: number,
  K: number,
  A: FloatData,
  aOffset: number,
  aRow: number,
  aStep: number,
  B: FloatData,
  bOffset: number,
  bColumn: number,
  bStep: number,
  accumulate: boolean,
  C: FloatData,
  cOffset: number,
  cRow: number,
  cColumn: number,
): void {
  if (factors.length < K) factors = new Float64Array(K);
  if (sums.length < columns) sums = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const from = aOffset + i * aRow;
    for (let k = 0; k < K; k++) factors[k] = A[from + k * aStep];
    if (bColumn === 1) addRows(columns, K, B, bOffset, bStep);
    else dotRows(columns, K, B, bOffset, bColumn, bStep);
    let to = cOffset + i * cRow;
    if (accumulate) {
      for (let j = 0; j < columns; j++, to += cColumn) C[to] += sums[j];
    } else {
      for (let j = 0; j < columns; j++, to += cColumn) C[to] = sums[j];
    }
  }
}

/** Columns lie side by side: adds up the rows of B, four at a time. */
function addRows(columns: number, K: number, B: FloatData, bOffset: number, bStep: number): void {
  const total = sums;
  for (let j = 0; j < columns; j++) total[j] = 0;
  let k = 0;
  let b0 = bOffset;
  for (; k + 4 <= K; k += 4) {
    const f0 = factors[k];
    const f1 = factors[k + 1];
    const f2 = factors[k + 2];
    const f3 = factors[k + 3];
    const b1 = b0 + bStep;
    const b2 = b1 + bStep;
    const b3 = b2 + bStep;
    for (let j = 0; j < columns; j++) {
      total[j] = total[j] + f0 * B[b0 + j] + f1 * B[b1 + j] + f2 * B[b2 + j] + f3 * B[b3 + j];
    }
    b0 = b3 + bStep;
  }
  for (; k < K; k++, b0 += bStep) {
    const f = factors[k];
    for (let j = 0; j < columns; j++) total[j] += f * B[b0 + j];
  }
}

/** The entries of a column lie side by side: one dot product a column, four of them at a time. */
function dotRows(
  columns: number,
  K: number,
  B: FloatData,
  bOffset: number,
  bColumn: number,
  bStep: number,
): void {
  const row = factors;
  let j = 0;
  let b0 = bOffset;
  for (; j + 4 <= columns; j += 4) {
    const b1 = b0 + bColumn;
    const b2 = b1 + bColumn;
    const b3 = b2 + bColumn;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let k = 0, p = 0; k < K; k++, p += bStep) {
      const f = row[k];
      s0 += f * B[b0 + p];
      s1 += f * B[b1 + p];
      s2 += f * B[b2 + p];
      s3 += f * B[b3 + p];
    }
    sums[j] = s0;
    sums[j + 1] = s1;
    sums[j + 2] = s2;
    sums[j + 3] = s3;
    b0 = b3 + bColumn;
  }
  for (; j < columns; j++, b0 += bColumn) {
    let s = 0;
    for (let k = 0, p = 0; k < K; k++, p += bStep) s += row[k] * B[b0 + p];
    sums[j] = s;
  }
}

/**
 * The product of a column and a row (K = 1: the weight gradient of one row of a batch), in half of the time that packing
 * takes. The 0 stands for the sum that the other ways start from: it makes 0 of -0.
 */
export function outerProduct(
  rows: number,
  columns: number,
  A: FloatData,
  aOffset: number,
  aRow: number,
  B: FloatData,
  bOffset: number,
  bColumn: number,
  accumulate: boolean,
  C: FloatData,
  cOffset: number,
  cRow: number,
): void {
  for (let i = 0; i < rows; i++) {
    const f = A[aOffset + i * aRow];
    const to = cOffset + i * cRow;
    let b = bOffset;
    if (accumulate) for (let j = 0; j < columns; j++, b += bColumn) C[to + j] += 0 + f * B[b];
    else for (let j = 0; j < columns; j++, b += bColumn) C[to + j] = 0 + f * B[b];
  }
}
