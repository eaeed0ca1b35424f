// A tile of C from rows of A and a panel of B. Sums start from 0 or from what C holds, and are stored as they are: with additions
// behind the loop, engines move sums out of registers inside it, at half the speed.
import { columns, WIDE } from './panels';
import { madd, sizeOf } from './simd';

/** What a sum starts from. */
// @ts-ignore: decorator
@inline
export function first(held: bool, at: usize): v128 {
  return held ? v128.load(at) : i32x4.splat(0);
}

/**
 * Six rows of A, `lda` bytes apart, by a panel of B: to rows of `c` that are `ldc` bytes apart.
 * @param held whether to start from what `c` holds
 */
export function tile6<T>(K: i32, a: usize, lda: usize, b: usize, held: bool, c: usize, ldc: usize): void {
  let c00 = first(held, c), c01 = first(held, c + 16);
  let c10 = first(held, c + ldc), c11 = first(held, c + ldc + 16);
  let c20 = first(held, c + 2 * ldc), c21 = first(held, c + 2 * ldc + 16);
  let c30 = first(held, c + 3 * ldc), c31 = first(held, c + 3 * ldc + 16);
  let c40 = first(held, c + 4 * ldc), c41 = first(held, c + 4 * ldc + 16);
  let c50 = first(held, c + 5 * ldc), c51 = first(held, c + 5 * ldc + 16);
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
    b += WIDE;
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
export function tile4<T>(K: i32, a: usize, lda: usize, b: usize, held: bool, c: usize, ldc: usize): void {
  let c00 = first(held, c), c01 = first(held, c + 16);
  let c10 = first(held, c + ldc), c11 = first(held, c + ldc + 16);
  let c20 = first(held, c + 2 * ldc), c21 = first(held, c + 2 * ldc + 16);
  let c30 = first(held, c + 3 * ldc), c31 = first(held, c + 3 * ldc + 16);
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
    b += WIDE;
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

/** The tile of six rows, or that of four. @param wide whether entries are of float64 */
// @ts-ignore: decorator
@inline
export function tile(
  wide: bool, six: bool, K: i32, a: usize, lda: usize, b: usize, held: bool, c: usize, ldc: usize,
): void {
  if (wide) {
    if (six) tile6<f64>(K, a, lda, b, held, c, ldc);
    else tile4<f64>(K, a, lda, b, held, c, ldc);
  } else {
    if (six) tile6<f32>(K, a, lda, b, held, c, ldc);
    else tile4<f32>(K, a, lda, b, held, c, ldc);
  }
}

/**
 * Moves a tile of `rows` by `n` entries to rows that are `ldTo` bytes apart; adds it to what is there when `add`.
 * @param wide whether entries are of float64
 */
export function move(
  wide: bool, rows: i32, n: i32, from: usize, ldFrom: usize, add: bool, to: usize, ldTo: usize,
): void {
  if (n == columns(wide)) {
    if (add) {
      for (; rows > 0; rows--) {
        addVector(wide, from, to);
        addVector(wide, from + 16, to + 16);
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
  const size = sizeOf(wide);
  for (; rows > 0; rows--) {
    for (let j = 0; j < n; j++) {
      const at = <usize>j * size;
      if (wide) moveEntry<f64>(from + at, add, to + at);
      else moveEntry<f32>(from + at, add, to + at);
    }
    from += ldFrom;
    to += ldTo;
  }
}

/** Adds a vector to the one at `to`. */
// @ts-ignore: decorator
@inline
function addVector(wide: bool, from: usize, to: usize): void {
  const a = v128.load(to);
  const b = v128.load(from);
  v128.store(to, wide ? f64x2.add(a, b) : f32x4.add(a, b));
}

/** Moves one entry, or adds it. */
// @ts-ignore: decorator
@inline
function moveEntry<T>(from: usize, add: bool, to: usize): void {
  const entry = load<T>(from);
  store<T>(to, add ? load<T>(to) + entry : entry);
}
