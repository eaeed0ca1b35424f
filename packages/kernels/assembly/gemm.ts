// Matrix products on packed panels: A in panels of six rows or four, B in panels of two vectors of columns, zeros at the rim. A
// tile of C is one panel of A by one of B.
//
// Every entry of C is summed over k in blocks of KC, inside a block in order, on every way through this file: the first block
// from what C holds, the others from 0, which keeps the error of long sums small. So its bits depend neither on how A and B
// are stored nor on M and N, nor on which thread computes it.
import { columns, height, MR, pack, WIDE } from './panels';
import { move, row, rowUnpacked, tile4, tile6 } from './tiles';

/** Entries of a sum that stay in registers; a panel of B of this height fits the first-level cache. */
const KC = 256;
/** Rows of A and columns of B in one packed block, which fit the second-level cache. */
const MC = 96;
const NC = 256;

/**
 * C (M, N) = packed A (M, K) · packed B (K, N), plus C when `held`: added after the sum when `late`, else the sum starts from it.
 * `scratch` has room for a tile.
 */
function multiply<T>(
  M: i32,
  N: i32,
  K: i32,
  a: usize,
  b: usize,
  held: bool,
  late: bool,
  c: usize,
  ldc: usize,
  scratch: usize,
): void {
  const size: usize = sizeof<T>();
  const NR = columns<T>();
  const early = held && !late;
  for (let j = 0; j < N; j += NR) {
    const n = min(NR, N - j);
    let panel = a;
    for (let i = 0; i < M; ) {
      const high = height(M - i);
      const rows = min(high, M - i);
      const at = c + <usize>i * ldc + <usize>j * size;
      const direct = !late && n == NR && rows == high;
      const to = direct ? at : scratch;
      const ld = direct ? ldc : WIDE;
      if (!direct && early) move<T>(rows, n, at, ldc, false, scratch, WIDE);
      if (high == MR) tile6<T>(K, panel, b, early, to, ld);
      else tile4<T>(K, panel, b, early, to, ld);
      if (!direct) move<T>(rows, n, scratch, WIDE, late, at, ldc);
      i += high;
      panel += <usize>(high * K) * size;
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
  const blockA = scratch + <usize>MR * WIDE;
  const blockB = blockA + <usize>(MC * KC) * size;
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
        pack<T>(true, !transB, width, depth, bK + <usize>j * (transB ? ldb : size), ldb, blockB);
        from = blockB;
      }
      const cJ = c + <usize>j * size;
      if (M == 1) {
        row<T>(width, depth, aK, stepA, from, held, late, cJ, scratch);
        continue;
      }
      for (let i = 0; i < M; i += MC) {
        const rows = min(MC, M - i);
        pack<T>(false, transA, rows, depth, aK + <usize>i * rowA, lda, blockA);
        multiply<T>(rows, width, depth, blockA, from, held, late, cJ + <usize>i * ldc, ldc, scratch);
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
    pack<T>(true, !transB, N, depth, b + <usize>k * (transB ? size : ldb), ldb, to);
    to += <usize>depth * <usize>padded * WIDE;
  }
}

/** Bytes of `work` that a product needs, of either type. */
export function workSize(): i32 {
  return MR * <i32>WIDE + MC * KC * 8 + NC * KC * 8;
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
