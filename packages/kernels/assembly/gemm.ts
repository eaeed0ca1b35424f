// Matrix products: B is packed in panels of two vectors of columns, and a tile of C is six or four rows of A by one panel.
//
// Every entry of C is summed over k in blocks of KC, inside a block in order, on every way through this file: the first block
// from what C holds, the others from 0, which keeps the error of long sums small. So its bits depend neither on how A and B
// are stored nor on M and N, nor on which thread computes it.
import { columns, height, MR, pack, turn, WIDE } from './panels';
import { move, row, rowUnpacked, tile4, tile6 } from './tiles';

/** Entries of a sum that stay in registers; a panel of B of this height fits the first-level cache. */
const KC = 256;
/** Entries from row to row of a turned block of A: beyond KC, or the rows would share a few places of the first-level cache. */
const TURNED: usize = 272;
/** Rows of A and columns of B in one block, which fit the second-level cache. */
const MC = 96;
const NC = 256;

/**
 * C (M, N) = A (M, K) · packed B (K, N), plus C when `held`: added after the sum when `late`, else the sum starts from it.
 * @param scratch room for a tile of C
 * @param rim     room for the rows of a tile of A, where M leaves some over
 */
function multiply<T>(
  M: i32,
  N: i32,
  K: i32,
  a: usize,
  lda: usize,
  b: usize,
  held: bool,
  late: bool,
  c: usize,
  ldc: usize,
  scratch: usize,
  rim: usize,
): void {
  const size: usize = sizeof<T>();
  const NR = columns<T>();
  const early = held && !late;
  const row = <usize>K * size;
  let whole = 0;
  while (M - whole >= height(M - whole)) whole += height(M - whole);
  for (let i = whole; i < M; i++) memory.copy(rim + <usize>(i - whole) * row, a + <usize>i * lda, row);
  for (let j = 0; j < N; j += NR) {
    const n = min(NR, N - j);
    for (let i = 0; i < M; ) {
      const high = height(M - i);
      const rows = min(high, M - i);
      const from = rows == high ? a + <usize>i * lda : rim;
      const ldFrom = rows == high ? lda : row;
      const at = c + <usize>i * ldc + <usize>j * size;
      const direct = !late && n == NR && rows == high;
      const to = direct ? at : scratch;
      const ld = direct ? ldc : WIDE;
      if (!direct && early) move<T>(rows, n, at, ldc, false, scratch, WIDE);
      if (high == MR) tile6<T>(K, from, ldFrom, b, early, to, ld);
      else tile4<T>(K, from, ldFrom, b, early, to, ld);
      if (!direct) move<T>(rows, n, scratch, WIDE, late, at, ldc);
      i += high;
    }
    b += <usize>K * WIDE;
  }
}

/** Sets C (M, N) to zero: the product when K is 0. */
function clear<T>(M: i32, N: i32, c: usize, ldc: usize): void {
  for (let i = 0; i < M; i++) memory.fill(c + <usize>i * ldc, 0, <usize>N * sizeof<T>());
}

/**
 * C (M, N) = op(A) (M, K) op(B) (K, N), plus C when `accumulate`. Pointers and leading dimensions in bytes.
 * @param prepared whether b was packed by `prepare`, whole; its `transB` and `ldb` do not matter then
 * @param work     room for the packed blocks, `workSize` bytes
 */
function gemm<T>(
  transA: bool,
  transB: bool,
  prepared: bool,
  M: i32,
  N: i32,
  K: i32,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  accumulate: bool,
  c: usize,
  ldc: usize,
  work: usize,
): void {
  const size: usize = sizeof<T>();
  if (K == 0 && !accumulate) clear<T>(M, N, c, ldc);
  const NR = columns<T>();
  const padded = (N + NR - 1) / NR;
  const scratch = work;
  const rim = scratch + <usize>MR * WIDE;
  const blockA = rim + <usize>(MR * KC) * size;
  const blockB = blockA + <usize>MC * TURNED * size;
  const stepA = transA ? lda : size;
  const rowA = transA ? size : lda;
  for (let k = 0; k < K; k += KC) {
    const depth = min(KC, K - k);
    const late = k > 0;
    const held = accumulate || late;
    const aK = a + <usize>k * stepA;
    const bK = b + <usize>k * (transB ? size : ldb);
    const packed = b + <usize>k * <usize>padded * WIDE;
    if (M == 1 && !prepared && !transB) {
      rowUnpacked<T>(N, depth, aK, stepA, bK, ldb, held, late, c, scratch);
      continue;
    }
    for (let j = 0; j < N; j += NC) {
      const width = min(NC, N - j);
      let from = packed + <usize>(j / NR) * <usize>depth * WIDE;
      if (!prepared) {
        pack<T>(transB, width, depth, bK + <usize>j * (transB ? ldb : size), ldb, blockB);
        from = blockB;
      }
      const cJ = c + <usize>j * size;
      if (M == 1) {
        row<T>(width, depth, aK, stepA, from, held, late, cJ, scratch);
        continue;
      }
      for (let i = 0; i < M; i += MC) {
        const rows = min(MC, M - i);
        let block = aK + <usize>i * rowA;
        let ld = lda;
        if (transA) {
          turn<T>(depth, rows, block, lda, blockA, TURNED * size);
          block = blockA;
          ld = TURNED * size;
        }
        multiply<T>(rows, width, depth, block, ld, from, held, late, cJ + <usize>i * ldc, ldc, scratch, rim);
      }
    }
  }
}

/** Packs op(B) (K, N) whole, for products with many A. @param to `preparedSize` bytes */
function prepare<T>(transB: bool, K: i32, N: i32, b: usize, ldb: usize, to: usize): void {
  const size: usize = sizeof<T>();
  const NR = columns<T>();
  const padded = (N + NR - 1) / NR;
  for (let k = 0; k < K; k += KC) {
    const depth = min(KC, K - k);
    pack<T>(transB, N, depth, b + <usize>k * (transB ? size : ldb), ldb, to);
    to += <usize>depth * <usize>padded * WIDE;
  }
}

/** Bytes of `work` that a product needs, of either type. */
export function workSize(): i32 {
  return MR * <i32>WIDE + (MR * KC + MC * <i32>TURNED + NC * KC) * 8;
}

/** Bytes of op(B) (K, N) once prepared. */
export function preparedSize(wide: bool, K: i32, N: i32): i32 {
  const NR = wide ? columns<f64>() : columns<f32>();
  return ((N + NR - 1) / NR) * K * <i32>WIDE;
}

export function gemm32(
  transA: bool, transB: bool, prepared: bool, M: i32, N: i32, K: i32,
  a: usize, lda: usize, b: usize, ldb: usize, accumulate: bool, c: usize, ldc: usize, work: usize,
): void {
  gemm<f32>(transA, transB, prepared, M, N, K, a, lda, b, ldb, accumulate, c, ldc, work);
}

export function gemm64(
  transA: bool, transB: bool, prepared: bool, M: i32, N: i32, K: i32,
  a: usize, lda: usize, b: usize, ldb: usize, accumulate: bool, c: usize, ldc: usize, work: usize,
): void {
  gemm<f64>(transA, transB, prepared, M, N, K, a, lda, b, ldb, accumulate, c, ldc, work);
}

export function prepare32(transB: bool, K: i32, N: i32, b: usize, ldb: usize, to: usize): void {
  prepare<f32>(transB, K, N, b, ldb, to);
}

export function prepare64(transB: bool, K: i32, N: i32, b: usize, ldb: usize, to: usize): void {
  prepare<f64>(transB, K, N, b, ldb, to);
}
