import type { FloatData } from './types.js';

/** The plain `gemm` of the kernels' interface. Every sum runs over k = 0 ... K-1 in double precision. */
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
  const aRow = transA ? 1 : lda;
  const aStep = transA ? lda : 1;
  const bColumn = transB ? ldb : 1;
  const bStep = transB ? 1 : ldb;
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < N; j++) {
      let sum = 0;
      for (let k = 0; k < K; k++) {
        sum += A[aOffset + i * aRow + k * aStep] * B[bOffset + k * bStep + j * bColumn];
      }
      const to = cOffset + i * ldc + j;
      C[to] = accumulate ? C[to] + sum : sum;
    }
  }
}
