import { type Dtype, MemoryError } from '@retrograd/kernels';
import type { LibraryHandle } from 'koffi';
import { find, type Native } from './native.js';

/** As `Kernels.gemm`, with each operand given by what the library takes for a pointer: an address, or an array. */
export type Product = (
  transA: boolean,
  transB: boolean,
  M: number,
  N: number,
  K: number,
  a: unknown,
  lda: number,
  b: unknown,
  ldb: number,
  accumulate: boolean,
  c: unknown,
  ldc: number,
) => void;

/** Products on addresses, the cheapest to call, and on ordinary arrays. */
export interface Products {
  readonly atAddresses: Product;
  readonly ofArrays: Product;
}

// CBLAS_ORDER and CBLAS_TRANSPOSE.
const ROWS = 101;
const AS_IS = 111;
const TRANSPOSED = 112;

/** The products of a library for one dtype, or null when it has none. */
export function bindProducts(library: LibraryHandle, dtype: Dtype): Products | null {
  // An address goes as an integer: koffi looks at a pointer argument for longer.
  const atAddresses = bind(library, dtype, 'intptr_t');
  const ofArrays = bind(library, dtype, 'void *');
  return atAddresses && ofArrays && { atAddresses, ofArrays };
}

function bind(library: LibraryHandle, dtype: Dtype, pointer: string): Product | null {
  const [letter, real] = dtype === 'float32' ? ['s', 'float'] : ['d', 'double'];
  const i = 'int';
  const p = pointer;
  const gemm = find(library, `cblas_${letter}gemm`, 'void', [i, i, i, i, i, i, real, p, i, p, i, real, p, i]);
  const gemv = find(library, `cblas_${letter}gemv`, 'void', [i, i, i, i, real, p, i, p, i, real, p, i]);
  if (gemm && gemv) return cblas(gemm, gemv);
  const n = 'int64_t';
  const oneDnn = dtype === 'float32' && ['int8_t', 'int8_t', n, n, n, real, p, n, p, n, real, p, n];
  const dnnl = oneDnn ? find(library, 'dnnl_sgemm', i, oneDnn) : null;
  return dnnl && dnnlProduct(dnnl);
}

/** Row-major. A product with a single row or column goes to the matrix-vector function, which reads the matrix as it lies. */
function cblas(gemm: Native, gemv: Native): Product {
  return (transA, transB, M, N, K, a, lda, b, ldb, accumulate, c, ldc) => {
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
  };
}

const N_LETTER = 78;
const T_LETTER = 84;
const OUT_OF_MEMORY = 1;

function dnnlProduct(gemm: Native): Product {
  return (transA, transB, M, N, K, a, lda, b, ldb, accumulate, c, ldc) => {
    const ta = transA ? T_LETTER : N_LETTER;
    const tb = transB ? T_LETTER : N_LETTER;
    const status = gemm(ta, tb, M, N, K, 1, a, lda, b, ldb, accumulate ? 1 : 0, c, ldc);
    // Sizes are checked before, so nothing else can go wrong.
    if (status === OUT_OF_MEMORY) {
      throw new MemoryError(
        'dnnl_sgemm',
        'memory',
        `able to hold a product of ${M} x ${N} x ${K}`,
        'too little',
      );
    }
  };
}

/**
 * Whether a library can compute this product at all. K = 0 differs from one library to the next, and rows that overlap are
 * refused by some with the end of the process.
 */
export function within(
  transA: boolean,
  transB: boolean,
  M: number,
  N: number,
  K: number,
  lda: number,
  ldb: number,
  ldc: number,
): boolean {
  return M > 0 && N > 0 && K > 0 && lda >= (transA ? M : K) && ldb >= (transB ? K : N) && ldc >= N;
}
