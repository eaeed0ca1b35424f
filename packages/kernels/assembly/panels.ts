// Micro-panels of B, as in BLIS: two vectors of columns side by side, row after row of B, with zeros beyond
// the last column. So the inner loops read them from one end to the other, however B is stored. Rows of A are
// read where they are; a transposed A is copied first.
import { sizeOf } from './simd';
import { copyTile } from './tiles';

/** Bytes of a row of a panel. */
export const PANEL_ROW: usize = 32;

/** Columns in a panel: the NR of BLIS. */
// @ts-ignore: decorator
@inline
export function panelColumns(isF64: bool): i32 {
  return isF64 ? 4 : 8;
}

/**
 * Packs B (K, N) in panels, one after the other.
 * @param trans whether entry (k, j) is stored at (j, k)
 * @param ld    bytes from row to row
 */
export function packPanels(isF64: bool, trans: bool, N: i32, K: i32, from: usize, ld: usize, to: usize): void {
  const NR = panelColumns(isF64);
  const bytes = <usize>K * PANEL_ROW;
  for (let j = 0; j < N; j += NR) {
    const n = min(NR, N - j);
    if (n < NR) memory.fill(to, 0, bytes);
    if (trans) transpose(isF64, n, K, from, ld, to, PANEL_ROW);
    else copyTile(isF64, K, n, from, ld, false, to, PANEL_ROW);
    from += trans ? <usize>NR * ld : PANEL_ROW;
    to += bytes;
  }
}

/** A vector of the eight bytes at two places. */
// @ts-ignore: decorator
@inline
function loadTwo(a: usize, b: usize): v128 {
  return v128.load_lane<u64>(b, v128.load_zero<u64>(a), 1);
}

/**
 * Copies `rows` rows of K entries to K rows of `rows` entries: four rows at a time while there are so many.
 * @param ldTo bytes from row to row in the result
 */
export function transpose(isF64: bool, rows: i32, K: i32, from: usize, ld: usize, to: usize, ldTo: usize): void {
  const size = sizeOf(isF64);
  const step = isF64 ? 1 : 2;
  for (; rows > 0; rows -= 4) {
    let at = from;
    let put = to;
    let k = 0;
    for (; rows >= 4 && k + step <= K; k += step) {
      const low = loadTwo(at, at + ld);
      const high = loadTwo(at + 2 * ld, at + 3 * ld);
      if (isF64) {
        v128.store(put, low);
        v128.store(put, high, 16);
      } else {
        v128.store(put, v128.shuffle<i32>(low, high, 0, 2, 4, 6));
        put += ldTo;
        v128.store(put, v128.shuffle<i32>(low, high, 1, 3, 5, 7));
      }
      at += 8;
      put += ldTo;
    }
    for (; k < K; k++) {
      for (let i = 0; i < min(4, rows); i++) {
        const entry = at + <usize>i * ld;
        const place = put + <usize>i * size;
        if (isF64) store<u64>(place, load<u64>(entry));
        else store<u32>(place, load<u32>(entry));
      }
      at += size;
      put += ldTo;
    }
    from += 4 * ld;
    to += 4 * size;
  }
}
