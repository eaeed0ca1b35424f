// Panels of B: two vectors of columns side by side, k by k, with zeros at the rim, so that the inner loops read them from one end
// to the other, however B is stored. Rows of A are read where they lie; a transposed A is turned first.
import { sizeOf } from './simd';
import { move } from './tiles';

/** Bytes of a row of a panel of B. */
export const WIDE: usize = 32;

/** Columns in a panel of B. */
// @ts-ignore: decorator
@inline
export function columns(wide: bool): i32 {
  return wide ? 4 : 8;
}

/**
 * Packs B (K, N) in panels, one behind the other.
 * @param wide   whether entries are of float64
 * @param turned whether entry (k, j) is stored at (j, k)
 * @param ld     bytes from row to row
 */
export function pack(wide: bool, turned: bool, N: i32, K: i32, from: usize, ld: usize, to: usize): void {
  const NR = columns(wide);
  const bytes = <usize>K * WIDE;
  for (let j = 0; j < N; j += NR) {
    const n = min(NR, N - j);
    if (n < NR) memory.fill(to, 0, bytes);
    if (turned) turn(wide, n, K, from, ld, to, WIDE);
    else move(wide, K, n, from, ld, false, to, WIDE);
    from += turned ? <usize>NR * ld : WIDE;
    to += bytes;
  }
}

/** The eight bytes at two places. */
// @ts-ignore: decorator
@inline
function both(a: usize, b: usize): v128 {
  return v128.load_lane<u64>(b, v128.load_zero<u64>(a), 1);
}

/**
 * Turns `lines` rows of K entries into K rows of `lines`: four rows at a time as long as there are so many.
 * @param row bytes from row to row in the result
 */
export function turn(wide: bool, lines: i32, K: i32, from: usize, ld: usize, to: usize, row: usize): void {
  const size = sizeOf(wide);
  const step = wide ? 1 : 2;
  for (; lines > 0; lines -= 4) {
    let at = from;
    let put = to;
    let k = 0;
    for (; lines >= 4 && k + step <= K; k += step) {
      const low = both(at, at + ld);
      const high = both(at + 2 * ld, at + 3 * ld);
      if (wide) {
        v128.store(put, low);
        v128.store(put, high, 16);
      } else {
        v128.store(put, v128.shuffle<i32>(low, high, 0, 2, 4, 6));
        put += row;
        v128.store(put, v128.shuffle<i32>(low, high, 1, 3, 5, 7));
      }
      at += 8;
      put += row;
    }
    for (; k < K; k++) {
      for (let i = 0; i < min(4, lines); i++) {
        const entry = at + <usize>i * ld;
        const place = put + <usize>i * size;
        if (wide) store<u64>(place, load<u64>(entry));
        else store<u32>(place, load<u32>(entry));
      }
      at += size;
      put += row;
    }
    from += 4 * ld;
    to += 4 * size;
  }
}
