import type { ArrayMatrix, Dtype, FloatData } from '@retrograd/kernels';
import { gemm } from '@retrograd/kernels/internal';
import type { Product } from './products.js';

/** Sizes (M, N, K): matrix by matrix, row by matrix, matrix by column. */
const sizes = [
  [5, 7, 9],
  [1, 7, 9],
  [5, 1, 9],
] as const;

/**
 * Compares small products of a library with those of the plain kernels. C holds NaN before, unless the
 * product is added to it.
 * @returns what is wrong, or null
 */
export function findFault(product: Product, dtype: Dtype): string | null {
  const name = dtype === 'float32' ? 'sgemm' : 'dgemm';
  for (const [M, N, K] of sizes) {
    for (const [transA, transB, accumulate] of everyWay) {
      const a = numbers(dtype, M * K, 1);
      const b = numbers(dtype, K * N, 2);
      const start = accumulate
        ? numbers(dtype, M * N, 3)
        : (dtype === 'float64' ? new Float64Array(M * N) : new Float32Array(M * N)).fill(Number.NaN);
      const [got, wanted] = [start.slice(), start.slice()];
      const options = { transA, transB, accumulate };
      const [A, B] = [dense(a, M, K, transA), dense(b, K, N, transB)];
      product({ ...options, M, N, K, a, lda: A.ld, b, ldb: B.ld, c: got, ldc: N });
      gemm(A, B, dense(wanted, M, N), options);
      // The entries are whole numbers below 2^24, so every order of summation gives the same.
      const i = got.findIndex((value, index) => value !== wanted[index]);
      if (i >= 0) return `${name} of ${M} x ${N} x ${K} with ${got[i]} for ${wanted[i]}`;
    }
  }
  return null;
}

const everyWay = Array.from({ length: 8 }, (_, i) => [(i & 1) > 0, (i & 2) > 0, (i & 4) > 0] as const);

/** The matrix whose op is (rows, columns). */
function dense(data: FloatData, rows: number, columns: number, trans = false): ArrayMatrix {
  const ld = trans ? rows : columns;
  return { data, at: 0, rows: trans ? columns : rows, columns: ld, ld };
}

const numbers = (dtype: Dtype, n: number, seed: number) =>
  (dtype === 'float64' ? new Float64Array(n) : new Float32Array(n)).map(
    (_, i) => ((i * 7 + seed * 5) % 11) - 5,
  );
