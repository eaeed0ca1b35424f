// The inner loops: a tile of C from rows of A and a panel of B, and a row of C. Sums start from 0 or from what C holds, and
// are stored as they are: with additions behind the loop, engines move sums out of registers inside it, at half the speed.
import { columns, WIDE } from './panels';
import { get, lanes, madd, next, put } from './simd';

/** What a sum starts from. */
// @ts-ignore: decorator
@inline
function first<T>(held: bool, at: usize): v128 {
  return held ? v128.load(at) : v128.splat<T>(<T>0);
}

/**
 * Six rows of A, `lda` bytes apart, by a panel of B: to rows of `c` that are `ldc` bytes apart.
 * @param held whether to start from what `c` holds
 */
export function tile6<T>(K: i32, a: usize, lda: usize, b: usize, held: bool, c: usize, ldc: usize): void {
  let c00 = first<T>(held, c), c01 = first<T>(held, c + 16);
  let c10 = first<T>(held, c + ldc), c11 = first<T>(held, c + ldc + 16);
  let c20 = first<T>(held, c + 2 * ldc), c21 = first<T>(held, c + 2 * ldc + 16);
  let c30 = first<T>(held, c + 3 * ldc), c31 = first<T>(held, c + 3 * ldc + 16);
  let c40 = first<T>(held, c + 4 * ldc), c41 = first<T>(held, c + 4 * ldc + 16);
  let c50 = first<T>(held, c + 5 * ldc), c51 = first<T>(held, c + 5 * ldc + 16);
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
  let c00 = first<T>(held, c), c01 = first<T>(held, c + 16);
  let c10 = first<T>(held, c + ldc), c11 = first<T>(held, c + ldc + 16);
  let c20 = first<T>(held, c + 2 * ldc), c21 = first<T>(held, c + 2 * ldc + 16);
  let c30 = first<T>(held, c + 3 * ldc), c31 = first<T>(held, c + 3 * ldc + 16);
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

/**
 * Moves a tile of `rows` by `n` entries to rows that are `ldTo` bytes apart; adds it to what is there when `add`.
 */
export function move<T>(rows: i32, n: i32, from: usize, ldFrom: usize, add: bool, to: usize, ldTo: usize): void {
  const size: usize = sizeof<T>();
  for (let r = 0; r < rows; r++) {
    if (n == columns<T>()) {
      let low = v128.load(from);
      let high = v128.load(from, 16);
      if (add) {
        low = v128.add<T>(v128.load(to), low);
        high = v128.add<T>(v128.load(to, 16), high);
      }
      v128.store(to, low);
      v128.store(to, high, 16);
    } else {
      for (let j = 0; j < n; j++) {
        const at = <usize>j * size;
        const entry = load<T>(from + at);
        store<T>(to + at, add ? load<T>(to + at) + entry : entry);
      }
    }
    from += ldFrom;
    to += ldTo;
  }
}

/**
 * A stretch of a row of C: eight vectors, which belong to four panels of B where that is packed, since the sums of one panel
 * alone would wait for each other.
 * @param step     bytes along k in A
 * @param down     bytes along k in B
 * @param pair     bytes from two vectors of B to the next two
 * @param early    whether to start from what C holds
 * @param late     whether to add to it after the sum
 */
function stretch<T>(
  K: i32,
  a: usize,
  step: usize,
  b: usize,
  down: usize,
  pair: usize,
  early: bool,
  late: bool,
  c: usize,
  scratch: usize,
): void {
  const to = late ? scratch : c;
  let s0 = first<T>(early, to), s1 = first<T>(early, to + 16);
  let s2 = first<T>(early, to + 32), s3 = first<T>(early, to + 48);
  let s4 = first<T>(early, to + 64), s5 = first<T>(early, to + 80);
  let s6 = first<T>(early, to + 96), s7 = first<T>(early, to + 112);
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
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
  v128.store(to, s4, 64);
  v128.store(to, s5, 80);
  v128.store(to, s6, 96);
  v128.store(to, s7, 112);
  if (late) move<T>(4, columns<T>(), scratch, WIDE, true, c, WIDE);
}

/**
 * One row of C against packed B: no packing of A. `step` in bytes along k in A.
 * @param held whether C is added to
 * @param late whether it is added after the sum, not before
 */
export function row<T>(
  N: i32,
  K: i32,
  a: usize,
  step: usize,
  b: usize,
  held: bool,
  late: bool,
  c: usize,
  scratch: usize,
): void {
  const NR = columns<T>();
  const panel = <usize>K * WIDE;
  const early = held && !late;
  let j = 0;
  for (; j + 4 * NR <= N; j += 4 * NR) {
    stretch<T>(K, a, step, b, WIDE, panel, early, late, c, scratch);
    c += 4 * WIDE;
    b += 4 * panel;
  }
  for (; j < N; j += NR) {
    const n = min(NR, N - j);
    const direct = n == NR && !late;
    const to = direct ? c : scratch;
    if (!direct && early) move<T>(1, n, c, WIDE, false, scratch, WIDE);
    let s0 = first<T>(early, to), s1 = first<T>(early, to + 16);
    let x = a;
    let at = b;
    for (let k = 0; k < K; k++) {
      const v = v128.load_splat<T>(x);
      s0 = madd<T>(v, v128.load(at), s0);
      s1 = madd<T>(v, v128.load(at, 16), s1);
      x += step;
      at += WIDE;
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    if (!direct) move<T>(1, n, scratch, WIDE, late, c, WIDE);
    c += WIDE;
    b += panel;
  }
}

/** One row of C against B (K, N) as it stands, rows `ldb` bytes apart: every entry of B is read once, so nothing is packed. */
export function rowUnpacked<T>(
  N: i32,
  K: i32,
  a: usize,
  step: usize,
  b: usize,
  ldb: usize,
  held: bool,
  late: bool,
  c: usize,
  scratch: usize,
): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  const early = held && !late;
  let j = 0;
  for (; j + 8 * L <= N; j += 8 * L) {
    stretch<T>(K, a, step, b, ldb, WIDE, early, late, c, scratch);
    c += 128;
    b += 128;
  }
  for (; j < N; ) {
    const whole = j + L <= N;
    let s = early ? get<T>(c, whole) : v128.splat<T>(<T>0);
    let x = a;
    let at = b;
    for (let k = 0; k < K; k++) {
      s = madd<T>(v128.load_splat<T>(x), get<T>(at, whole), s);
      x += step;
      at += ldb;
    }
    put<T>(c, late ? v128.add<T>(get<T>(c, whole), s) : s, whole);
    const bytes = next<T>(whole);
    c += bytes;
    b += bytes;
    j += whole ? L : 1;
  }
}
