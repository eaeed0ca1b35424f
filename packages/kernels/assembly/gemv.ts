// A row of C by itself: eight vectors at a time, so that enough sums are under way at once. Loops end in stores, as in tiles.ts.
import { columns, WIDE } from './panels';
import { madd, sizeOf } from './simd';
import { first, move } from './tiles';

/**
 * A stretch of a row of C: eight vectors, which belong to four panels of B where that is packed, since the sums of one panel
 * alone would wait for each other.
 * @param step     bytes along k in A
 * @param down     bytes along k in B
 * @param pair     bytes from two vectors of B to the next two
 * @param held     whether to start from what `c` holds
 */
function stretch<T>(
  K: i32, a: usize, step: usize, b: usize, down: usize, pair: usize, held: bool, c: usize,
): void {
  let s0 = first(held, c), s1 = first(held, c + 16);
  let s2 = first(held, c + 32), s3 = first(held, c + 48);
  let s4 = first(held, c + 64), s5 = first(held, c + 80);
  let s6 = first(held, c + 96), s7 = first(held, c + 112);
  for (let k = 0; k < K; k++) {
    const v = v128.load_splat<T>(a);
    s0 = madd<T>(v, v128.load(b), s0);
    s1 = madd<T>(v, v128.load(b, 16), s1);
    s2 = madd<T>(v, v128.load(b + pair), s2);
    s3 = madd<T>(v, v128.load(b + pair, 16), s3);
    s4 = madd<T>(v, v128.load(b + 2 * pair), s4);
    s5 = madd<T>(v, v128.load(b + 2 * pair, 16), s5);
    s6 = madd<T>(v, v128.load(b + 3 * pair), s6);
    s7 = madd<T>(v, v128.load(b + 3 * pair, 16), s7);
    a += step;
    b += down;
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
function stretchOf(
  wide: bool, K: i32, a: usize, step: usize, b: usize, down: usize, pair: usize, held: bool, c: usize,
): void {
  if (wide) stretch<f64>(K, a, step, b, down, pair, held, c);
  else stretch<f32>(K, a, step, b, down, pair, held, c);
}

/**
 * What a stretch leaves over of a row of C: two vectors `apart` bytes from each other, which are one when that is 0; or one entry.
 * @param whole whether these are vectors
 */
function rest<T>(
  K: i32, a: usize, step: usize, b: usize, down: usize, apart: usize, whole: bool, held: bool, c: usize,
): void {
  if (whole) {
    let s0 = first(held, c), s1 = first(held, c + apart);
    for (let k = 0; k < K; k++) {
      const v = v128.load_splat<T>(a);
      s0 = madd<T>(v, v128.load(b), s0);
      s1 = madd<T>(v, v128.load(b + apart), s1);
      a += step;
      b += down;
    }
    v128.store(c, s0);
    v128.store(c + apart, s1);
  } else {
    let s = held ? v128.load_splat<T>(c) : i32x4.splat(0);
    for (let k = 0; k < K; k++) {
      s = madd<T>(v128.load_splat<T>(a), v128.load_splat<T>(b), s);
      a += step;
      b += down;
    }
    v128.store_lane<T>(c, s, 0);
  }
}

// @ts-ignore: decorator
@inline
function restOf(
  wide: bool, K: i32, a: usize, step: usize, b: usize, down: usize, apart: usize, whole: bool, held: bool, c: usize,
): void {
  if (wide) rest<f64>(K, a, step, b, down, apart, whole, held, c);
  else rest<f32>(K, a, step, b, down, apart, whole, held, c);
}

/**
 * One row of C against B, packed or as it stands, rows `ldb` bytes apart.
 *
 * The loops are functions of their own, and each is called from two places, or the compiler would put them in here: with the calls
 * behind them, engines move their sums out of registers.
 * @param wide  whether entries are of float64
 * @param step  bytes along k in A
 * @param early whether sums start from what C holds
 * @param late  whether C is added to after the sum
 */
export function row(
  wide: bool, packed: bool, N: i32, K: i32, a: usize, step: usize, b: usize, ldb: usize,
  early: bool, late: bool, c: usize, scratch: usize,
): void {
  const NR = columns(wide);
  const down = packed ? WIDE : ldb;
  const pair = packed ? <usize>K * WIDE : WIDE;
  for (; N >= 4 * NR; N -= 4 * NR) {
    if (late) {
      stretchOf(wide, K, a, step, b, down, pair, false, scratch);
      move(wide, 4, NR, scratch, WIDE, true, c, WIDE);
    } else {
      stretchOf(wide, K, a, step, b, down, pair, early, c);
    }
    c += 4 * WIDE;
    b += 4 * pair;
  }
  while (N > 0) {
    // A packed panel is whole where C is not.
    let n = min(NR, N);
    let apart: usize = 16;
    if (!packed && n < NR) {
      n = 2 * n >= NR ? NR / 2 : 1;
      apart = 0;
    }
    const whole = packed || n > 1;
    if (late || packed && n < NR) {
      if (early) move(wide, 1, n, c, 0, false, scratch, 0);
      restOf(wide, K, a, step, b, down, apart, whole, early, scratch);
      move(wide, 1, n, scratch, 0, late, c, 0);
    } else {
      restOf(wide, K, a, step, b, down, apart, whole, early, c);
    }
    const bytes = <usize>n * sizeOf(wide);
    c += bytes;
    b += n == NR ? pair : bytes;
    N -= n;
  }
}
