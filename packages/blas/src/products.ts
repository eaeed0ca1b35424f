import type { MatrixLayout, ProductOptions } from '@retrograd/kernels';

/**
 * The arguments of a CBLAS product by their names there, for C = op(A) op(B), plus what C holds when
 * `accumulate`.
 */
export interface GemmCall {
  readonly transA: boolean;
  readonly transB: boolean;
  readonly M: number;
  readonly N: number;
  readonly K: number;
  /** A pointer to the first entry of A, as the library takes it; `b` and `c` likewise. */
  readonly a: unknown;
  readonly lda: number;
  readonly b: unknown;
  readonly ldb: number;
  readonly accumulate: boolean;
  readonly c: unknown;
  readonly ldc: number;
}

/** @returns false when there was no memory */
export type Product = (call: GemmCall) => boolean;

/** The part of koffi's library that is used. */
interface Functions {
  func(name: string, result: string, args: string[]): (...args: readonly unknown[]) => unknown;
}

/**
 * The products of a library, row-major: by CBLAS's functions, or oneDNN's. Those with a single row or column
 * go to the matrix-vector function, which does not pack the matrix.
 *
 * Worker threads have this function too (worker-products.ts).
 * @param letter  's' for float32, 'd' for float64
 * @param pointer 'intptr_t' for addresses, which koffi passes on faster; 'void *' for arrays too
 * @returns null when the library does not have them
 */
export function bindProduct(
  library: Functions,
  letter: 's' | 'd',
  pointer: 'intptr_t' | 'void *',
): Product | null {
  const find = (name: string, result: string, args: string[]) => {
    try {
      return library.func(name, result, args);
    } catch {
      return null;
    }
  };
  const [i, n, p, real] = ['int', 'int64_t', pointer, letter === 's' ? 'float' : 'double'];
  const gemm = find(`cblas_${letter}gemm`, 'void', [i, i, i, i, i, i, real, p, i, p, i, real, p, i]);
  const gemv = find(`cblas_${letter}gemv`, 'void', [i, i, i, i, real, p, i, p, i, real, p, i]);
  if (gemm !== null && gemv !== null) {
    // CBLAS_ORDER and CBLAS_TRANSPOSE.
    const [ROWS, AS_IS, TRANSPOSED] = [101, 111, 112];
    return ({ transA, transB, M, N, K, a, lda, b, ldb, accumulate, c, ldc }) => {
      const beta = accumulate ? 1 : 0;
      if (M === 1) {
        const stepA = transA ? lda : 1;
        // The function wants the stored matrix's rows and columns: op(B)ᵀ a.
        if (transB) gemv(ROWS, AS_IS, N, K, 1, b, ldb, a, stepA, beta, c, 1);
        else gemv(ROWS, TRANSPOSED, K, N, 1, b, ldb, a, stepA, beta, c, 1);
      } else if (N === 1) {
        const stepB = transB ? 1 : ldb;
        if (transA) gemv(ROWS, TRANSPOSED, K, M, 1, a, lda, b, stepB, beta, c, ldc);
        else gemv(ROWS, AS_IS, M, K, 1, a, lda, b, stepB, beta, c, ldc);
      } else {
        const ta = transA ? TRANSPOSED : AS_IS;
        const tb = transB ? TRANSPOSED : AS_IS;
        gemm(ROWS, ta, tb, M, N, K, 1, a, lda, b, ldb, beta, c, ldc);
      }
      return true;
    };
  }
  if (letter === 'd') return null;
  const dnnl = find('dnnl_sgemm', i, ['int8_t', 'int8_t', n, n, n, real, p, n, p, n, real, p, n]);
  if (dnnl === null) return null;
  const letterOf = (transposed: boolean) => (transposed ? 'T' : 'N').charCodeAt(0);
  return ({ transA, transB, M, N, K, a, lda, b, ldb, accumulate, c, ldc }) => {
    const beta = accumulate ? 1 : 0;
    return dnnl(letterOf(transA), letterOf(transB), M, N, K, 1, a, lda, b, ldb, beta, c, ldc) === 0;
  };
}

/**
 * Whether a library can compute this product at all: with K = 0 libraries differ, and some end the process
 * when rows overlap.
 */
export function within(
  A: MatrixLayout,
  B: MatrixLayout,
  C: MatrixLayout,
  { transA = false, transB = false }: ProductOptions,
): boolean {
  const { rows: M, columns: N } = C;
  const K = transA ? A.rows : A.columns;
  return M > 0 && N > 0 && K > 0 && A.ld >= (transA ? M : K) && B.ld >= (transB ? K : N) && C.ld >= N;
}
