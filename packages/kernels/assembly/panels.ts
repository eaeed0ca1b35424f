// Panels of B: two vectors of columns side by side, k by k, with zeros at the rim, so that the inner loops read them from one end
// to the other, however B is stored. Rows of A are read where they lie; a transposed A is turned first.
import { lanes } from './simd';

/** Rows of A in a tile at most. */
export const MR = 6;

/**
 * Rows of A in the next tile: six, or four where that leaves no two over, since two rows take as long as four (their sums wait for
 * each other).
 * @param left rows that are in no tile yet
 */
export function height(left: i32): i32 {
  return left > 8 || left == 6 || left == 5 ? 6 : 4;
}

/** Bytes of a row of a panel of B. */
export const WIDE: usize = 32;

/** Columns in a panel of B. */
// @ts-ignore: decorator
@inline
export function columns<T>(): i32 {
  return 2 * lanes<T>();
}

/**
 * Packs B (K, N) in panels, one behind the other.
 * @param turned whether entry (k, j) is stored at (j, k)
 * @param ld     bytes from row to row
 */
export function pack<T>(turned: bool, N: i32, K: i32, from: usize, ld: usize, to: usize): void {
  const size: usize = sizeof<T>();
  const NR = columns<T>();
  for (let j = 0; j < N; j += NR) {
    const n = min(NR, N - j);
    if (n < NR) rim<T>(turned, n, K, from, ld, to);
    else if (turned) turn<T>(NR, K, from, ld, to, WIDE);
    else copyPanel(K, from, ld, to);
    from += <usize>NR * (turned ? ld : size);
    to += <usize>K * WIDE;
  }
}

/** A panel that lacks columns. */
function rim<T>(turned: bool, n: i32, K: i32, from: usize, ld: usize, to: usize): void {
  const size: usize = sizeof<T>();
  const column = turned ? ld : size;
  const step = turned ? size : ld;
  for (let j = 0; j < columns<T>(); j++) {
    let at = from + <usize>j * column;
    let put = to + <usize>j * size;
    for (let k = 0; k < K; k++) {
      store<T>(put, j < n ? load<T>(at) : <T>0);
      at += step;
      put += WIDE;
    }
  }
}

/** A whole panel whose columns lie side by side. */
function copyPanel(K: i32, from: usize, ld: usize, to: usize): void {
  for (let k = 0; k < K; k++) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    from += ld;
    to += WIDE;
  }
}

/**
 * Turns `lines` rows of K entries into K rows of `lines`: two rows at a time, in f32 four as long as there are so many.
 * @param row bytes from row to row in the result
 */
export function turn<T>(lines: i32, K: i32, from: usize, ld: usize, to: usize, row: usize): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  for (let r = 0; r < lines; ) {
    const left = lines - r;
    const four = sizeof<T>() == 4 && left >= 4;
    const n = four ? 4 : min(2, left);
    let at = from;
    let put = to;
    let k = 0;
    for (; n > 1 && k + L <= K; k += L) {
      const a = v128.load(at);
      const b = v128.load(at + ld);
      if (sizeof<T>() == 8) {
        v128.store(put, v128.shuffle<i64>(a, b, 0, 2));
        v128.store(put + row, v128.shuffle<i64>(a, b, 1, 3));
      } else {
        const low = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
        const high = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
        if (four) {
          const c = v128.load(at + 2 * ld);
          const d = v128.load(at + 3 * ld);
          const low2 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
          const high2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
          v128.store(put, v128.shuffle<i64>(low, low2, 0, 2));
          v128.store(put + row, v128.shuffle<i64>(low, low2, 1, 3));
          v128.store(put + 2 * row, v128.shuffle<i64>(high, high2, 0, 2));
          v128.store(put + 3 * row, v128.shuffle<i64>(high, high2, 1, 3));
        } else {
          v128.store_lane<i64>(put, low, 0);
          v128.store_lane<i64>(put + row, low, 1);
          v128.store_lane<i64>(put + 2 * row, high, 0);
          v128.store_lane<i64>(put + 3 * row, high, 1);
        }
      }
      at += 16;
      put += <usize>L * row;
    }
    for (; k < K; k++) {
      for (let i = 0; i < n; i++) store<T>(put + <usize>i * size, load<T>(at + <usize>i * ld));
      at += size;
      put += row;
    }
    from += <usize>n * ld;
    to += <usize>n * size;
    r += n;
  }
}
