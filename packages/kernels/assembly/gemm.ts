// Matrix products, in the blocks and with the names of BLIS: B is packed in micro-panels of NR columns, and a
// micro-tile of C is six or four rows of A by one of these panels.
//
// Every entry of C is summed over k in blocks of KC, in order inside of a block, on every way through this
// file: the first block starts from what C holds, the others from 0, which keeps the error of long sums
// small. So the bits of C depend neither on how A and B are stored nor on M and N, nor on which thread
// computes it.
import { gemv } from './gemv';
import { PANEL_ROW, packPanels, panelColumns, transpose } from './panels';
import { sizeOf } from './simd';
import { copyTile, tile } from './tiles';

/** Rows of A in a tile at most. */
const MR = 6;
/**
 * Rows of A in the lower tile. A row by itself takes little more than a quarter as long: fewer of them go one
 * by one.
 */
const FEW = 4;
/** Entries of a sum that stay in registers; a panel of B of this height fits the first-level cache. */
const KC = 256;
/**
 * Entries from row to row of a transposed block of A: more than KC, or the rows would share a few places of
 * the first-level cache.
 */
const LD_TRANSPOSED: usize = 272;
/** Rows of A and columns of B in one block, which fit the second-level cache. */
const MC = 96;
const NC = 256;

/** Rows in the next tile, of those that are left: six, or four where that leaves fewer over. */
function height(left: i32): i32 {
  return left > 8 || left == MR ? MR : FEW;
}

/**
 * One block, the macro-kernel of BLIS: C (M, N) = A (M, K) B (K, N), plus C.
 * @param strideA    bytes from one k to the next in A: those of an entry, unless A has a single row
 * @param packed     whether B is, as it must be for more than a few rows
 * @param startFromC whether sums start from what C holds
 * @param addToC     whether C is added after the sum
 * @param scratch    room for a tile of C
 */
function multiplyBlock(
  isF64: bool,
  M: i32,
  N: i32,
  K: i32,
  a: usize,
  lda: usize,
  strideA: usize,
  packed: bool,
  b: usize,
  ldb: usize,
  startFromC: bool,
  addToC: bool,
  c: usize,
  ldc: usize,
  scratch: usize,
): void {
  const NR = panelColumns(isF64);
  let panel = b;
  let i = 0;
  for (let j = 0; j < N && M >= FEW; j += NR) {
    const n = min(NR, N - j);
    const direct = n == NR && !addToC;
    for (i = 0; M - i >= FEW; ) {
      const rows = height(M - i);
      const at = c + <usize>i * ldc + <usize>j * sizeOf(isF64);
      const to = direct ? at : scratch;
      const ld = direct ? ldc : PANEL_ROW;
      if (!direct && startFromC) copyTile(isF64, rows, n, at, ldc, false, scratch, PANEL_ROW);
      tile(isF64, rows == MR, K, a + <usize>i * lda, lda, panel, startFromC, to, ld);
      if (!direct) copyTile(isF64, rows, n, scratch, PANEL_ROW, addToC, at, ldc);
      i += rows;
    }
    panel += <usize>K * PANEL_ROW;
  }
  for (; i < M; i++) {
    const row = a + <usize>i * lda;
    gemv(isF64, packed, N, K, row, strideA, b, ldb, startFromC, addToC, c + <usize>i * ldc, scratch);
  }
}

/**
 * C (M, N) = op(A) (M, K) op(B) (K, N), plus C when `accumulate`. Pointers and leading dimensions in bytes.
 * @param packedB whether b was packed by `pack`, whole; its `transB` and `ldb` do not matter then
 * @param work    room for the packed blocks, `workSize` bytes
 */
function gemm(
  isF64: bool,
  transA: bool,
  transB: bool,
  packedB: bool,
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
  const size = sizeOf(isF64);
  // What a small step of one sequence does over and over: there is nothing to split or to pack.
  if (packedB && M == 1 && K <= KC) {
    gemv(isF64, true, N, K, a, size, b, 0, accumulate, false, c, work);
    return;
  }
  const NR = panelColumns(isF64);
  const panels = (N + NR - 1) / NR;
  const scratch = work;
  const blockA = scratch + <usize>MR * PANEL_ROW;
  const blockB = blockA + <usize>MC * LD_TRANSPOSED * 8;
  const strideA = transA ? lda : size;
  const rowA = transA ? size : lda;
  // A B of which every entry is read by a few rows only is not worth packing, and a single row of A not worth
  // transposing.
  const packed = packedB || transB || M >= FEW;
  const transposed = transA && M > 1;
  // One block at least: an empty sum is 0.
  let k = 0;
  do {
    const depth = min(KC, K - k);
    const startFromC = accumulate && k == 0;
    const addToC = k > 0;
    for (let j = 0; j < N; j += NC) {
      const width = min(NC, N - j);
      let from = b + <usize>k * (transB ? size : ldb) + <usize>j * (transB ? ldb : size);
      if (packedB) {
        from = b + (<usize>k * <usize>panels + <usize>(j / NR) * <usize>depth) * PANEL_ROW;
      } else if (packed) {
        packPanels(isF64, transB, width, depth, from, ldb, blockB);
        from = blockB;
      }
      for (let i = 0; i < M; i += MC) {
        const rows = min(MC, M - i);
        const at = c + <usize>i * ldc + <usize>j * size;
        let block = a + <usize>k * strideA + <usize>i * rowA;
        let ld = lda;
        let stride = strideA;
        if (transposed) {
          ld = LD_TRANSPOSED * size;
          transpose(isF64, depth, rows, block, lda, blockA, ld);
          block = blockA;
          stride = size;
        }
        multiplyBlock(
          isF64, rows, width, depth, block, ld, stride, packed, from, ldb, startFromC, addToC, at, ldc, scratch,
        );
      }
    }
    k += KC;
  } while (k < K);
}

/** Packs op(B) (K, N) whole, for products with many A. @param to `packedSize` bytes */
function pack(isF64: bool, transB: bool, K: i32, N: i32, b: usize, ldb: usize, to: usize): void {
  const size = sizeOf(isF64);
  for (let k = 0; k < K; k += KC) {
    const depth = min(KC, K - k);
    packPanels(isF64, transB, N, depth, b + <usize>k * (transB ? size : ldb), ldb, to);
    to += packedSize(isF64, depth, N);
  }
}

/** Bytes of `work` that a product needs, of either type. */
export function workSize(): i32 {
  return MR * <i32>PANEL_ROW + (MC * <i32>LD_TRANSPOSED + NC * KC) * 8;
}

/** Bytes of op(B) (K, N) once packed. */
export function packedSize(isF64: bool, K: i32, N: i32): i32 {
  const NR = panelColumns(isF64);
  return ((N + NR - 1) / NR) * K * <i32>PANEL_ROW;
}

export function gemm32(
  transA: bool, transB: bool, packedB: bool, M: i32, N: i32, K: i32,
  a: usize, lda: usize, b: usize, ldb: usize, accumulate: bool, c: usize, ldc: usize, work: usize,
): void {
  gemm(false, transA, transB, packedB, M, N, K, a, lda, b, ldb, accumulate, c, ldc, work);
}

export function gemm64(
  transA: bool, transB: bool, packedB: bool, M: i32, N: i32, K: i32,
  a: usize, lda: usize, b: usize, ldb: usize, accumulate: bool, c: usize, ldc: usize, work: usize,
): void {
  gemm(true, transA, transB, packedB, M, N, K, a, lda, b, ldb, accumulate, c, ldc, work);
}

export function pack32(transB: bool, K: i32, N: i32, b: usize, ldb: usize, to: usize): void {
  pack(false, transB, K, N, b, ldb, to);
}

export function pack64(transB: bool, K: i32, N: i32, b: usize, ldb: usize, to: usize): void {
  pack(true, transB, K, N, b, ldb, to);
}
