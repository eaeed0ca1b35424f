// Panels: A in panels of MR rows, B in panels of two vectors of columns, both k by k, with zeros at the rim. So the inner loops
// read A and B from one end to the other, however they are stored.
import { lanes } from './simd';

/** Rows in a panel of A. */
export const MR = 6;

/** Bytes of a row of a panel of B. */
export const WIDE: usize = 32;

/** Columns in a panel of B. */
// @ts-ignore: decorator
@inline
export function columns<T>(): i32 {
  return 2 * lanes<T>();
}

/** Packs op(A) (M, K): panel after panel, in a panel k by k, MR entries each. */
export function packA<T>(trans: bool, M: i32, K: i32, a: usize, lda: usize, to: usize): void {
  const size: usize = sizeof<T>();
  const row = trans ? size : lda;
  const step = trans ? lda : size;
  for (let i = 0; i < M; i += MR) {
    const n = min(MR, M - i);
    for (let r = 0; r < MR; r++) {
      let put = to + <usize>r * size;
      let from = a + <usize>(i + r) * row;
      for (let k = 0; k < K; k++) {
        store<T>(put, r < n ? load<T>(from) : <T>0);
        from += step;
        put += <usize>MR * size;
      }
    }
    to += <usize>(MR * K) * size;
  }
}

/** Packs op(B) (K, N): panel after panel, in a panel k by k, two vectors each. */
export function packB<T>(trans: bool, K: i32, N: i32, b: usize, ldb: usize, to: usize): void {
  const size: usize = sizeof<T>();
  const NR = columns<T>();
  for (let j = 0; j < N; j += NR) {
    const n = min(NR, N - j);
    if (!trans && n == NR) {
      let from = b + <usize>j * size;
      for (let k = 0; k < K; k++) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        from += ldb;
        to += WIDE;
      }
      continue;
    }
    const column = trans ? ldb : size;
    const step = trans ? size : ldb;
    for (let c = 0; c < NR; c++) {
      let put = to + <usize>c * size;
      let from = b + <usize>(j + c) * column;
      for (let k = 0; k < K; k++) {
        store<T>(put, c < n ? load<T>(from) : <T>0);
        from += step;
        put += WIDE;
      }
    }
    to += <usize>K * WIDE;
  }
}
