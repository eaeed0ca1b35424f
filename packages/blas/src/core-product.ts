import type { Product } from './products.js';

/**
 * `gemm32` or `gemm64` of the core module (assembly/gemm.ts in packages/kernels), addresses and leading
 * dimensions in bytes.
 */
export type CoreProduct = (
  transA: boolean,
  transB: boolean,
  prepared: boolean,
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
  return (transA, transB, prepared, M, N, K, a, lda, b, ldb, accumulate, c, ldc) => {
    const start = base();
    // A module passes addresses as signed integers. Sizes are checked before, so nothing but memory can be
    // missing.
    const at = (address: number, stored: [number, number], ld: number) => {
      return { pointer: start + (address >>> 0), rows: stored[0], columns: stored[1], ld };
    };
    const A = at(a, transA ? [K, M] : [M, K], lda / size);
    const B = at(b, transB ? [N, K] : [K, N], prepared ? N : ldb / size);
    if (!product(A, B, at(c, [M, N], ldc / size), { transA, transB, accumulate })) {
      throw failure(`a product of ${M} x ${N} x ${K}`);
    }
  };
}
