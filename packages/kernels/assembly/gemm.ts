// Matrix products: B is packed in panels of two vectors of columns, and a tile of C is six or four rows of A by one panel.
//
// Every entry of C is summed over k in blocks of KC, inside a block in order, on every way through this file: the first block
// from what C holds, the others from 0, which keeps the error of long sums small. So its bits depend neither on how A and B
// are stored nor on M and N, nor on which thread computes it.
import { columns, pack, turn, WIDE } from './panels';
import { row } from './gemv';
import { sizeOf } from './simd';
import { move, tile } from './tiles';

/** Rows of A in a tile at most. */
const MR = 6;
/** Rows of A in the lower tile. A row by itself takes little more than a quarter as long: fewer of them go one by one. */
const FEW = 4;
/** Entries of a sum that stay in registers; a panel of B of this height fits the first-level cache. */
const KC = 256;
/** Entries from row to row of a turned block of A: beyond KC, or the rows would share a few places of the first-level cache. */
const TURNED: usize = 272;
/** Rows of A and columns of B in one block, which fit the second-level cache. */
const MC = 96;
const NC = 256;

/** Rows in the next tile, of those that are left: six, or four where that leaves fewer over. */
function height(left: i32): i32 {
  return left > 8 || left == MR ? MR : FEW;
}

/**
 * C (M, N) = A (M, K) B (K, N), plus C: where sums start when `early`, added after the sum when `late`.
 * @param wide    whether entries are of float64
 * @param step    bytes along k in A, those of an entry unless there is a single row
 * @param packed  whether B is, as it must be for more than a few rows
 * @param scratch room for a tile of C
 */
function multiply(
  wide: bool,
  M: i32,
  N: i32,
  K: i32,
  a: usize,
  lda: usize,
  step: usize,
  packed: bool,
  b: usize,
  ldb: usize,
  early: bool,
  late: bool,
  c: usize,
  ldc: usize,
  scratch: usize,
): void {
  const NR = columns(wide);
  let panel = b;
  let i = 0;
  for (let j = 0; j < N && M >= FEW; j += NR) {
    const n = min(NR, N - j);
    const direct = n == NR && !late;
    for (i = 0; M - i >= FEW; ) {
      const rows = height(M - i);
      const at = c + <usize>i * ldc + <usize>j * sizeOf(wide);
      const to = direct ? at : scratch;
      const ld = direct ? ldc : WIDE;
      if (!direct && early) move(wide, rows, n, at, ldc, false, scratch, WIDE);
      tile(wide, rows == MR, K, a + <usize>i * lda, lda, panel, early, to, ld);
      if (!direct) move(wide, rows, n, scratch, WIDE, late, at, ldc);
      i += rows;
    }
    panel += <usize>K * WIDE;
  }
  for (; i < M; i++) {
    row(wide, packed, N, K, a + <usize>i * lda, step, b, ldb, early, late, c + <usize>i * ldc, scratch);
  }
}

/**
 * C (M, N) = op(A) (M, K) op(B) (K, N), plus C when `accumulate`. Pointers and leading dimensions in bytes.
 * @param wide     whether entries are of float64
 * @param prepared whether b was packed by `prepare`, whole; its `transB` and `ldb` do not matter then
 * @param work     room for the packed blocks, `workSize` bytes
 */
function gemm(
  wide: bool,
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
  const size = sizeOf(wide);
  // What a small step of one sequence does over and over: there is nothing to part or to pack.
  if (prepared && M == 1 && K <= KC) {
    row(wide, true, N, K, a, size, b, 0, accumulate, false, c, work);
    return;
  }
  const NR = columns(wide);
  const panels = (N + NR - 1) / NR;
  const scratch = work;
  const blockA = scratch + <usize>MR * WIDE;
  const blockB = blockA + <usize>MC * TURNED * 8;
  const stepA = transA ? lda : size;
  const rowA = transA ? size : lda;
  // A B of which every entry is read by a few rows only is not worth packing, and a single row of A not worth turning.
  const packed = prepared || transB || M >= FEW;
  const turned = transA && M > 1;
  // One block at least: an empty sum is 0.
  let k = 0;
  do {
    const depth = min(KC, K - k);
    const early = accumulate && k == 0;
    const late = k > 0;
    for (let j = 0; j < N; j += NC) {
      const width = min(NC, N - j);
      let from = b + <usize>k * (transB ? size : ldb) + <usize>j * (transB ? ldb : size);
      if (prepared) {
        from = b + (<usize>k * <usize>panels + <usize>(j / NR) * <usize>depth) * WIDE;
      } else if (packed) {
        pack(wide, transB, width, depth, from, ldb, blockB);
        from = blockB;
      }
      for (let i = 0; i < M; i += MC) {
        const rows = min(MC, M - i);
        const at = c + <usize>i * ldc + <usize>j * size;
        let block = a + <usize>k * stepA + <usize>i * rowA;
        let ld = lda;
        let step = stepA;
        if (turned) {
          ld = TURNED * size;
          turn(wide, depth, rows, block, lda, blockA, ld);
          block = blockA;
          step = size;
        }
        multiply(
          wide, rows, width, depth, block, ld, step, packed, from, ldb, early, late, at, ldc, scratch,
        );
      }
    }
    k += KC;
  } while (k < K);
}

/** Packs op(B) (K, N) whole, for products with many A. @param to `preparedSize` bytes */
function prepare(wide: bool, transB: bool, K: i32, N: i32, b: usize, ldb: usize, to: usize): void {
  const size = sizeOf(wide);
  for (let k = 0; k < K; k += KC) {
    const depth = min(KC, K - k);
    pack(wide, transB, N, depth, b + <usize>k * (transB ? size : ldb), ldb, to);
    to += preparedSize(wide, depth, N);
  }
}

/** Bytes of `work` that a product needs, of either type. */
export function workSize(): i32 {
  return MR * <i32>WIDE + (MC * <i32>TURNED + NC * KC) * 8;
}

/** Bytes of op(B) (K, N) once prepared. */
export function preparedSize(wide: bool, K: i32, N: i32): i32 {
  const NR = columns(wide);
  return ((N + NR - 1) / NR) * K * <i32>WIDE;
}

export function gemm32(
  transA: bool, transB: bool, prepared: bool, M: i32, N: i32, K: i32,
  a: usize, lda: usize, b: usize, ldb: usize, accumulate: bool, c: usize, ldc: usize, work: usize,
): void {
  gemm(false, transA, transB, prepared, M, N, K, a, lda, b, ldb, accumulate, c, ldc, work);
}

export function gemm64(
  transA: bool, transB: bool, prepared: bool, M: i32, N: i32, K: i32,
  a: usize, lda: usize, b: usize, ldb: usize, accumulate: bool, c: usize, ldc: usize, work: usize,
): void {
  gemm(true, transA, transB, prepared, M, N, K, a, lda, b, ldb, accumulate, c, ldc, work);
}

export function prepare32(transB: bool, K: i32, N: i32, b: usize, ldb: usize, to: usize): void {
  prepare(false, transB, K, N, b, ldb, to);
}

export function prepare64(transB: bool, K: i32, N: i32, b: usize, ldb: usize, to: usize): void {
  prepare(true, transB, K, N, b, ldb, to);
}
