import type { StridedMatrix } from './strided-matrix.js';

/** One row of A, and the sums of one row of C, in double precision. */
let factors = /* @__PURE__ */ new Float64Array(1 << 8);
let sums = /* @__PURE__ */ new Float64Array(1 << 8);

/**
 * The product for a few rows (streaming: batch 1), where packing B would cost as much as the product. Row by
 * row; every sum runs over k = 0 ... K-1 as in gemm.ts. Rows or columns of B lie in one piece.
 */
export function thinGemm(A: StridedMatrix, B: StridedMatrix, C: StridedMatrix, accumulate: boolean): void {
  const { data: a, columns: K, columnStep: aStep } = A;
  const { data: c, rows, columns, columnStep: cStep } = C;
  if (factors.length < K) factors = new Float64Array(K);
  if (sums.length < columns) sums = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const from = A.at + i * A.rowStep;
    for (let k = 0; k < K; k++) factors[k] = a[from + k * aStep];
    if (B.columnStep === 1) addRows(columns, K, B);
    else dotColumns(columns, K, B);
    let to = C.at + i * C.rowStep;
    if (accumulate) {
      for (let j = 0; j < columns; j++, to += cStep) c[to] += sums[j];
    } else {
      for (let j = 0; j < columns; j++, to += cStep) c[to] = sums[j];
    }
  }
}

/** Rows lie in one piece: adds up the rows of B, four at a time. */
function addRows(columns: number, K: number, { data, at, rowStep }: StridedMatrix): void {
  const total = sums;
  for (let j = 0; j < columns; j++) total[j] = 0;
  let k = 0;
  let b0 = at;
  for (; k + 4 <= K; k += 4) {
    const f0 = factors[k];
    const f1 = factors[k + 1];
    const f2 = factors[k + 2];
    const f3 = factors[k + 3];
    const b1 = b0 + rowStep;
    const b2 = b1 + rowStep;
    const b3 = b2 + rowStep;
    for (let j = 0; j < columns; j++) {
      total[j] = total[j] + f0 * data[b0 + j] + f1 * data[b1 + j] + f2 * data[b2 + j] + f3 * data[b3 + j];
    }
    b0 = b3 + rowStep;
  }
  for (; k < K; k++, b0 += rowStep) {
    const f = factors[k];
    for (let j = 0; j < columns; j++) total[j] += f * data[b0 + j];
  }
}

/** Columns lie in one piece: one dot product a column, four of them at a time. */
function dotColumns(
  columns: number,
  K: number,
  { data, at, rowStep: step, columnStep }: StridedMatrix,
): void {
  const row = factors;
  let j = 0;
  let b0 = at;
  for (; j + 4 <= columns; j += 4) {
    const b1 = b0 + columnStep;
    const b2 = b1 + columnStep;
    const b3 = b2 + columnStep;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let k = 0, p = 0; k < K; k++, p += step) {
      const f = row[k];
      s0 += f * data[b0 + p];
      s1 += f * data[b1 + p];
      s2 += f * data[b2 + p];
      s3 += f * data[b3 + p];
    }
    sums[j] = s0;
    sums[j + 1] = s1;
    sums[j + 2] = s2;
    sums[j + 3] = s3;
    b0 = b3 + columnStep;
  }
  for (; j < columns; j++, b0 += columnStep) {
    let s = 0;
    for (let k = 0, p = 0; k < K; k++, p += step) s += row[k] * data[b0 + p];
    sums[j] = s;
  }
}

/**
 * The product of a column and a row (K = 1: the weight gradient of one row of a batch), in half of the time
 * that packing takes. The 0 stands for the sum that the other ways start from: it makes 0 of -0.
 */
export function outerProduct(
  A: StridedMatrix,
  B: StridedMatrix,
  C: StridedMatrix,
  accumulate: boolean,
): void {
  const { data: b, columnStep: bStep } = B;
  const { data: c, rows, columns } = C;
  for (let i = 0; i < rows; i++) {
    const f = A.data[A.at + i * A.rowStep];
    const to = C.at + i * C.rowStep;
    let p = B.at;
    if (accumulate) for (let j = 0; j < columns; j++, p += bStep) c[to + j] += 0 + f * b[p];
    else for (let j = 0; j < columns; j++, p += bStep) c[to + j] = 0 + f * b[p];
  }
}
