// One row of C: a vector times a matrix. Eight vectors of C at a time, so that enough sums are in progress at
// once. Loops end in stores, as in tiles.ts.
import { PANEL_ROW, panelColumns } from './panels';
import { madd, sizeOf } from './simd';
import { copyTile, initial } from './tiles';

/**
 * Eight vectors of C. They belong to four panels of B where B is packed, since the sums of one panel alone
 * would wait for each other.
 * @param strideA     bytes from one k to the next in A
 * @param strideB     the same in B
 * @param panelStride bytes from two vectors of B to the next two
 */
function gemv8<T>(
  K: i32, a: usize, strideA: usize, b: usize, strideB: usize, panelStride: usize, accumulate: bool, c: usize,
): void {
  let s0 = initial(accumulate, c), s1 = initial(accumulate, c + 16);
  let s2 = initial(accumulate, c + 32), s3 = initial(accumulate, c + 48);
  let s4 = initial(accumulate, c + 64), s5 = initial(accumulate, c + 80);
  let s6 = initial(accumulate, c + 96), s7 = initial(accumulate, c + 112);
  for (let k = 0; k < K; k++) {
    const v = v128.load_splat<T>(a);
    s0 = madd<T>(v, v128.load(b), s0);
    s1 = madd<T>(v, v128.load(b, 16), s1);
    s2 = madd<T>(v, v128.load(b + panelStride), s2);
    s3 = madd<T>(v, v128.load(b + panelStride, 16), s3);
    s4 = madd<T>(v, v128.load(b + 2 * panelStride), s4);
    s5 = madd<T>(v, v128.load(b + 2 * panelStride, 16), s5);
    s6 = madd<T>(v, v128.load(b + 3 * panelStride), s6);
    s7 = madd<T>(v, v128.load(b + 3 * panelStride, 16), s7);
    a += strideA;
    b += strideB;
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
  v128.store(c, s2, 32);
  v128.store(c, s3, 48);
  v128.store(c, s4, 64);
  v128.store(c, s5, 80);
  v128.store(c, s6, 96);
  v128.store(c, s7, 112);
}

// @ts-ignore: decorator
@inline
function gemv8Of(
  isF64: bool, K: i32, a: usize, strideA: usize, b: usize, strideB: usize, panelStride: usize,
  accumulate: bool, c: usize,
): void {
  if (isF64) gemv8<f64>(K, a, strideA, b, strideB, panelStride, accumulate, c);
  else gemv8<f32>(K, a, strideA, b, strideB, panelStride, accumulate, c);
}

/**
 * What is left of a row of C after the groups of eight vectors: two vectors, or one entry.
 * @param vectorDistance bytes between the two vectors; with 0 they are one vector
 * @param whole          whether these are vectors
 */
function gemvTail<T>(
  K: i32, a: usize, strideA: usize, b: usize, strideB: usize, vectorDistance: usize, whole: bool,
  accumulate: bool, c: usize,
): void {
  if (whole) {
    let s0 = initial(accumulate, c), s1 = initial(accumulate, c + vectorDistance);
    for (let k = 0; k < K; k++) {
      const v = v128.load_splat<T>(a);
      s0 = madd<T>(v, v128.load(b), s0);
      s1 = madd<T>(v, v128.load(b + vectorDistance), s1);
      a += strideA;
      b += strideB;
    }
    v128.store(c, s0);
    v128.store(c + vectorDistance, s1);
  } else {
    let s = accumulate ? v128.load_splat<T>(c) : i32x4.splat(0);
    for (let k = 0; k < K; k++) {
      s = madd<T>(v128.load_splat<T>(a), v128.load_splat<T>(b), s);
      a += strideA;
      b += strideB;
    }
    v128.store_lane<T>(c, s, 0);
  }
}

// @ts-ignore: decorator
@inline
function gemvTailOf(
  isF64: bool, K: i32, a: usize, strideA: usize, b: usize, strideB: usize, vectorDistance: usize, whole: bool,
  accumulate: bool, c: usize,
): void {
  if (isF64) gemvTail<f64>(K, a, strideA, b, strideB, vectorDistance, whole, accumulate, c);
  else gemvTail<f32>(K, a, strideA, b, strideB, vectorDistance, whole, accumulate, c);
}

/**
 * One row of C: c (N) = a (K) B (K, N), with B packed, or as it is stored, with rows `ldb` bytes apart.
 *
 * The loops are functions of their own, and each is called from two places, or the compiler would inline them
 * here: with calls after the loops, engines move the sums out of registers.
 * @param strideA    bytes from one k to the next in A
 * @param startFromC whether sums start from what C holds
 * @param addToC     whether C is added after the sum
 */
export function gemv(
  isF64: bool, packed: bool, N: i32, K: i32, a: usize, strideA: usize, b: usize, ldb: usize,
  startFromC: bool, addToC: bool, c: usize, scratch: usize,
): void {
  const NR = panelColumns(isF64);
  const strideB = packed ? PANEL_ROW : ldb;
  const panelStride = packed ? <usize>K * PANEL_ROW : PANEL_ROW;
  for (; N >= 4 * NR; N -= 4 * NR) {
    if (addToC) {
      gemv8Of(isF64, K, a, strideA, b, strideB, panelStride, false, scratch);
      copyTile(isF64, 4, NR, scratch, PANEL_ROW, true, c, PANEL_ROW);
    } else {
      gemv8Of(isF64, K, a, strideA, b, strideB, panelStride, startFromC, c);
    }
    c += 4 * PANEL_ROW;
    b += 4 * panelStride;
  }
  while (N > 0) {
    // A packed panel is whole where C is not.
    let n = min(NR, N);
    let vectorDistance: usize = 16;
    if (!packed && n < NR) {
      n = 2 * n >= NR ? NR / 2 : 1;
      vectorDistance = 0;
    }
    const whole = packed || n > 1;
    if (addToC || packed && n < NR) {
      if (startFromC) copyTile(isF64, 1, n, c, 0, false, scratch, 0);
      gemvTailOf(isF64, K, a, strideA, b, strideB, vectorDistance, whole, startFromC, scratch);
      copyTile(isF64, 1, n, scratch, 0, addToC, c, 0);
    } else {
      gemvTailOf(isF64, K, a, strideA, b, strideB, vectorDistance, whole, startFromC, c);
    }
    const bytes = <usize>n * sizeOf(isF64);
    c += bytes;
    b += n == NR ? panelStride : bytes;
    N -= n;
  }
}
