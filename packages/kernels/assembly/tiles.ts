// Micro-tiles of C, as in BLIS: a few rows of A by one micro-panel of B. Sums start from 0 or from what C
// holds, and are stored as they are: with additions after the loop, engines move sums out of registers inside
// of it, at half the speed.
import { PANEL_ROW, panelColumns } from './panels';
import { madd, sizeOf } from './simd';

/** What a sum starts from: the entries of C when it is to accumulate, else 0. */
// @ts-ignore: decorator
@inline
export function initial(accumulate: bool, at: usize): v128 {
  return accumulate ? v128.load(at) : i32x4.splat(0);
}

/**
 * Six rows of A, `lda` bytes apart, by a panel of B: to rows of `c` that are `ldc` bytes apart.
 * @param accumulate whether to start from what `c` holds
 */
export function tile6<T>(K: i32, a: usize, lda: usize, b: usize, accumulate: bool, c: usize, ldc: usize): void {
  let c00 = initial(accumulate, c), c01 = initial(accumulate, c + 16);
  let c10 = initial(accumulate, c + ldc), c11 = initial(accumulate, c + ldc + 16);
  let c20 = initial(accumulate, c + 2 * ldc), c21 = initial(accumulate, c + 2 * ldc + 16);
  let c30 = initial(accumulate, c + 3 * ldc), c31 = initial(accumulate, c + 3 * ldc + 16);
  let c40 = initial(accumulate, c + 4 * ldc), c41 = initial(accumulate, c + 4 * ldc + 16);
  let c50 = initial(accumulate, c + 5 * ldc), c51 = initial(accumulate, c + 5 * ldc + 16);
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let at = a;
    let x = v128.load_splat<T>(at);
    c00 = madd<T>(x, b0, c00);
    c01 = madd<T>(x, b1, c01);
    at += lda;
    x = v128.load_splat<T>(at);
    c10 = madd<T>(x, b0, c10);
    c11 = madd<T>(x, b1, c11);
    at += lda;
    x = v128.load_splat<T>(at);
    c20 = madd<T>(x, b0, c20);
    c21 = madd<T>(x, b1, c21);
    at += lda;
    x = v128.load_splat<T>(at);
    c30 = madd<T>(x, b0, c30);
    c31 = madd<T>(x, b1, c31);
    at += lda;
    x = v128.load_splat<T>(at);
    c40 = madd<T>(x, b0, c40);
    c41 = madd<T>(x, b1, c41);
    at += lda;
    x = v128.load_splat<T>(at);
    c50 = madd<T>(x, b0, c50);
    c51 = madd<T>(x, b1, c51);
    a += sizeof<T>();
    b += PANEL_ROW;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + ldc, c10);
  v128.store(c + ldc, c11, 16);
  v128.store(c + 2 * ldc, c20);
  v128.store(c + 2 * ldc, c21, 16);
  v128.store(c + 3 * ldc, c30);
  v128.store(c + 3 * ldc, c31, 16);
  v128.store(c + 4 * ldc, c40);
  v128.store(c + 4 * ldc, c41, 16);
  v128.store(c + 5 * ldc, c50);
  v128.store(c + 5 * ldc, c51, 16);
}

/** The same for four rows. */
export function tile4<T>(K: i32, a: usize, lda: usize, b: usize, accumulate: bool, c: usize, ldc: usize): void {
  let c00 = initial(accumulate, c), c01 = initial(accumulate, c + 16);
  let c10 = initial(accumulate, c + ldc), c11 = initial(accumulate, c + ldc + 16);
  let c20 = initial(accumulate, c + 2 * ldc), c21 = initial(accumulate, c + 2 * ldc + 16);
  let c30 = initial(accumulate, c + 3 * ldc), c31 = initial(accumulate, c + 3 * ldc + 16);
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let at = a;
    let x = v128.load_splat<T>(at);
    c00 = madd<T>(x, b0, c00);
    c01 = madd<T>(x, b1, c01);
    at += lda;
    x = v128.load_splat<T>(at);
    c10 = madd<T>(x, b0, c10);
    c11 = madd<T>(x, b1, c11);
    at += lda;
    x = v128.load_splat<T>(at);
    c20 = madd<T>(x, b0, c20);
    c21 = madd<T>(x, b1, c21);
    at += lda;
    x = v128.load_splat<T>(at);
    c30 = madd<T>(x, b0, c30);
    c31 = madd<T>(x, b1, c31);
    a += sizeof<T>();
    b += PANEL_ROW;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + ldc, c10);
  v128.store(c + ldc, c11, 16);
  v128.store(c + 2 * ldc, c20);
  v128.store(c + 2 * ldc, c21, 16);
  v128.store(c + 3 * ldc, c30);
  v128.store(c + 3 * ldc, c31, 16);
}

/** The tile of six rows, or that of four. */
// @ts-ignore: decorator
@inline
export function tile(
  isF64: bool, six: bool, K: i32, a: usize, lda: usize, b: usize, accumulate: bool, c: usize, ldc: usize,
): void {
  if (isF64) {
    if (six) tile6<f64>(K, a, lda, b, accumulate, c, ldc);
    else tile4<f64>(K, a, lda, b, accumulate, c, ldc);
  } else {
    if (six) tile6<f32>(K, a, lda, b, accumulate, c, ldc);
    else tile4<f32>(K, a, lda, b, accumulate, c, ldc);
  }
}

/**
 * Copies a tile of `rows` by `n` entries to rows that are `ldTo` bytes apart; adds it to what is there when
 * `add`.
 */
export function copyTile(
  isF64: bool, rows: i32, n: i32, from: usize, ldFrom: usize, add: bool, to: usize, ldTo: usize,
): void {
  if (n == panelColumns(isF64)) {
    if (add) {
      for (; rows > 0; rows--) {
        addVector(isF64, from, to);
        addVector(isF64, from + 16, to + 16);
        from += ldFrom;
        to += ldTo;
      }
    }
    for (; rows > 0; rows--) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += ldFrom;
      to += ldTo;
    }
  }
  const size = sizeOf(isF64);
  for (; rows > 0; rows--) {
    for (let j = 0; j < n; j++) {
      const at = <usize>j * size;
      if (isF64) copyEntry<f64>(from + at, add, to + at);
      else copyEntry<f32>(from + at, add, to + at);
    }
    from += ldFrom;
    to += ldTo;
  }
}

/** Adds a vector to the one at `to`. */
// @ts-ignore: decorator
@inline
function addVector(isF64: bool, from: usize, to: usize): void {
  const a = v128.load(to);
  const b = v128.load(from);
  v128.store(to, isF64 ? f64x2.add(a, b) : f32x4.add(a, b));
}

/** Copies one entry, or adds it. */
// @ts-ignore: decorator
@inline
function copyEntry<T>(from: usize, add: bool, to: usize): void {
  const entry = load<T>(from);
  store<T>(to, add ? load<T>(to) + entry : entry);
}
