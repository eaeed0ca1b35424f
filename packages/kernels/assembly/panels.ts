// Panels: A in panels of six rows or four, B in panels of two vectors of columns, both k by k, with zeros at the rim. So the
// inner loops read A and B from one end to the other, however they are stored.
import { lanes } from './simd';

/** Rows in a panel of A at most. */
export const MR = 6;

/**
 * Rows in the next panel of A: six, or four where that leaves no two over, since two rows take as long as four (their sums wait for
 * each other).
 * @param left rows that are not in a panel yet
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
 * Packs a matrix of `total` lines of K entries each: panel after panel, in a panel k by k.
 * @param ofB    whether the lines are columns of B, else rows of A
 * @param across whether what is packed together lies side by side: entry k of line i is at (k, i), else at (i, k)
 * @param ld     bytes from row to row
 */
export function pack<T>(ofB: bool, across: bool, total: i32, K: i32, from: usize, ld: usize, to: usize): void {
  const size: usize = sizeof<T>();
  for (let i = 0; i < total; ) {
    const width = ofB ? columns<T>() : height(total - i);
    const n = min(width, total - i);
    if (n < width) rim<T>(width, across, n, K, from, ld, to);
    else if (across) copyPanel<T>(width, K, from, ld, to);
    else turnPanel<T>(width, K, from, ld, to);
    i += width;
    from += <usize>width * (across ? size : ld);
    to += <usize>(width * K) * size;
  }
}

/** A panel that lacks lines. */
function rim<T>(width: i32, across: bool, n: i32, K: i32, from: usize, ld: usize, to: usize): void {
  const size: usize = sizeof<T>();
  const line = across ? size : ld;
  const step = across ? ld : size;
  for (let r = 0; r < width; r++) {
    let at = from + <usize>r * line;
    let put = to + <usize>r * size;
    for (let k = 0; k < K; k++) {
      store<T>(put, r < n ? load<T>(at) : <T>0);
      at += step;
      put += <usize>width * size;
    }
  }
}

/** A whole panel whose lines lie side by side: 16, 24, 32 or 48 bytes for each k. */
function copyPanel<T>(width: i32, K: i32, from: usize, ld: usize, to: usize): void {
  const bytes = <usize>width * sizeof<T>();
  for (let k = 0; k < K; k++) {
    v128.store(to, v128.load(from));
    if (bytes == 24) {
      store<i64>(to, load<i64>(from, 16), 16);
    } else if (bytes > 16) {
      v128.store(to, v128.load(from, 16), 16);
      if (bytes == 48) v128.store(to, v128.load(from, 32), 32);
    }
    from += ld;
    to += bytes;
  }
}

/** A whole panel whose lines are rows: turned over two rows at a time, in f32 four as long as there are so many. */
function turnPanel<T>(width: i32, K: i32, from: usize, ld: usize, to: usize): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  const row = <usize>width * size;
  for (let r = 0; r < width; ) {
    const four = sizeof<T>() == 4 && r + 4 <= width;
    let at = from;
    let put = to;
    let k = 0;
    for (; k + L <= K; k += L) {
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
    const lines = four ? 4 : 2;
    for (; k < K; k++) {
      for (let i = 0; i < lines; i++) store<T>(put + <usize>i * size, load<T>(at + <usize>i * ld));
      at += size;
      put += row;
    }
    from += <usize>lines * ld;
    to += <usize>lines * size;
    r += lines;
  }
}
