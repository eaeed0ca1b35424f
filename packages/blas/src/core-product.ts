import type { Product } from './products.js';

/**
 * `gemm32` or `gemm64` of the core module (assembly/gemm.ts in packages/kernels), addresses and leading
 * dimensions in bytes.
 */
export type CoreProduct = (
  transA: boolean,
  transB: boolean,
  packedB: boolean,
  M: number,
  N: number,
  K: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  accumulate: boolean,
  c: number,
  ldc: number,
) => void;

/**
 * A library's product in the form of the core's. A packed B is a dense one there.
 * @param size    of an entry, in bytes
 * @param base    where the memory starts
 * @param failure what to throw when the library has no memory
 */
export function coreProduct(
  product: Product,
  size: number,
  base: () => number,
  failure: (work: string) => Error,
): CoreProduct {
  return (transA, transB, packedB, M, N, K, a, lda, b, ldb, accumulate, c, ldc) => {
    const start = base();
    const call = {
      transA,
      transB,
      M,
      N,
      K,
      // A module passes addresses as signed integers.
      a: start + (a >>> 0),
      lda: lda / size,
      b: start + (b >>> 0),
      ldb: packedB ? N : ldb / size,
      accumulate,
      c: start + (c >>> 0),
      ldc: ldc / size,
    };
    // Sizes are checked before, so nothing but memory can be missing.
    if (!product(call)) throw failure(`a product of ${M} x ${N} x ${K}`);
  };
}
