// The inner loops: a tile of C from a panel of A and a panel of B, and a row of C. Sums are stored first and settled in C by a
// function of their own: with additions behind the loop, engines move sums out of registers inside it, at half the speed.
import { columns, MR, WIDE } from './panels';
import { lanes, madd } from './simd';

/**
 * Six rows by two vectors: a panel of A · a panel of B, to rows of `c` that are `ldc` bytes apart.
 */
export function tile6<T>(K: i32, a: usize, b: usize, c: usize, ldc: usize): void {
  const size: usize = sizeof<T>();
  let c00 = v128.splat<T>(<T>0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<T>(a);
    c00 = madd<T>(x, b0, c00);
    c01 = madd<T>(x, b1, c01);
    x = v128.load_splat<T>(a, sizeof<T>());
    c10 = madd<T>(x, b0, c10);
    c11 = madd<T>(x, b1, c11);
    x = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = madd<T>(x, b0, c20);
    c21 = madd<T>(x, b1, c21);
    x = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = madd<T>(x, b0, c30);
    c31 = madd<T>(x, b1, c31);
    x = v128.load_splat<T>(a, 4 * sizeof<T>());
    c40 = madd<T>(x, b0, c40);
    c41 = madd<T>(x, b1, c41);
    x = v128.load_splat<T>(a, 5 * sizeof<T>());
    c50 = madd<T>(x, b0, c50);
    c51 = madd<T>(x, b1, c51);
    a += <usize>MR * size;
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

/** The same for two rows of a panel of A, for the rest of a batch that six does not divide. */
export function tile2<T>(K: i32, a: usize, b: usize, c: usize, ldc: usize): void {
  const size: usize = sizeof<T>();
  let c00 = v128.splat<T>(<T>0), c01 = c00, c10 = c00, c11 = c00;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<T>(a);
    c00 = madd<T>(x, b0, c00);
    c01 = madd<T>(x, b1, c01);
    x = v128.load_splat<T>(a, sizeof<T>());
    c10 = madd<T>(x, b0, c10);
    c11 = madd<T>(x, b1, c11);
    a += <usize>MR * size;
    b += WIDE;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + ldc, c10);
  v128.store(c + ldc, c11, 16);
}

/** A tile of sums, rows WIDE apart, to its place in C: `rows` by `n` entries, added to C when `accumulate`. */
export function settle<T>(sums: usize, accumulate: bool, c: usize, ldc: usize, rows: i32, n: i32): void {
  const size: usize = sizeof<T>();
  for (let r = 0; r < rows; r++) {
    if (n == columns<T>()) {
      let low = v128.load(sums);
      let high = v128.load(sums, 16);
      if (accumulate) {
        low = v128.add<T>(v128.load(c), low);
        high = v128.add<T>(v128.load(c, 16), high);
      }
      v128.store(c, low);
      v128.store(c, high, 16);
    } else {
      for (let j = 0; j < n; j++) {
        const at = c + <usize>j * size;
        const sum = load<T>(sums + <usize>j * size);
        store<T>(at, accumulate ? load<T>(at) + sum : sum);
      }
    }
    sums += WIDE;
    c += ldc;
  }
}

/**
 * One row of C against packed B: no packing of A, and four panels at a time, since the sums of one panel alone would wait for
 * each other. `step` in bytes along k in A.
 */
export function row<T>(
  N: i32,
  K: i32,
  a: usize,
  step: usize,
  b: usize,
  accumulate: bool,
  c: usize,
  scratch: usize,
): void {
  const NR = columns<T>();
  const panel = <usize>K * WIDE;
  let j = 0;
  for (; j + 4 * NR <= N; j += 4 * NR) {
    let s0 = v128.splat<T>(<T>0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    let x = a;
    let at = b;
    for (let k = 0; k < K; k++) {
      const v = v128.load_splat<T>(x);
      s0 = madd<T>(v, v128.load(at), s0);
      s1 = madd<T>(v, v128.load(at, 16), s1);
      s2 = madd<T>(v, v128.load(at + panel), s2);
      s3 = madd<T>(v, v128.load(at + panel, 16), s3);
      s4 = madd<T>(v, v128.load(at + 2 * panel), s4);
      s5 = madd<T>(v, v128.load(at + 2 * panel, 16), s5);
      s6 = madd<T>(v, v128.load(at + 3 * panel), s6);
      s7 = madd<T>(v, v128.load(at + 3 * panel, 16), s7);
      x += step;
      at += WIDE;
    }
    v128.store(scratch, s0);
    v128.store(scratch, s1, 16);
    v128.store(scratch, s2, 32);
    v128.store(scratch, s3, 48);
    v128.store(scratch, s4, 64);
    v128.store(scratch, s5, 80);
    v128.store(scratch, s6, 96);
    v128.store(scratch, s7, 112);
    settle<T>(scratch, accumulate, c, WIDE, 4, NR);
    c += 4 * WIDE;
    b += 4 * panel;
  }
  for (; j < N; j += NR) {
    const n = min(NR, N - j);
    let s0 = v128.splat<T>(<T>0), s1 = s0;
    let x = a;
    let at = b;
    for (let k = 0; k < K; k++) {
      const v = v128.load_splat<T>(x);
      s0 = madd<T>(v, v128.load(at), s0);
      s1 = madd<T>(v, v128.load(at, 16), s1);
      x += step;
      at += WIDE;
    }
    v128.store(scratch, s0);
    v128.store(scratch, s1, 16);
    settle<T>(scratch, accumulate, c, WIDE, 1, n);
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
  accumulate: bool,
  c: usize,
  scratch: usize,
): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  let j = 0;
  for (; j + 8 * L <= N; j += 8 * L) {
    let s0 = v128.splat<T>(<T>0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    let x = a;
    let at = b;
    for (let k = 0; k < K; k++) {
      const v = v128.load_splat<T>(x);
      s0 = madd<T>(v, v128.load(at), s0);
      s1 = madd<T>(v, v128.load(at, 16), s1);
      s2 = madd<T>(v, v128.load(at, 32), s2);
      s3 = madd<T>(v, v128.load(at, 48), s3);
      s4 = madd<T>(v, v128.load(at, 64), s4);
      s5 = madd<T>(v, v128.load(at, 80), s5);
      s6 = madd<T>(v, v128.load(at, 96), s6);
      s7 = madd<T>(v, v128.load(at, 112), s7);
      x += step;
      at += ldb;
    }
    v128.store(scratch, s0);
    v128.store(scratch, s1, 16);
    v128.store(scratch, s2, 32);
    v128.store(scratch, s3, 48);
    v128.store(scratch, s4, 64);
    v128.store(scratch, s5, 80);
    v128.store(scratch, s6, 96);
    v128.store(scratch, s7, 112);
    settle<T>(scratch, accumulate, c, WIDE, 4, columns<T>());
    c += 128;
    b += 128;
  }
  for (; j + L <= N; j += L) {
    let s = v128.splat<T>(<T>0);
    let x = a;
    let at = b;
    for (let k = 0; k < K; k++) {
      s = madd<T>(v128.load_splat<T>(x), v128.load(at), s);
      x += step;
      at += ldb;
    }
    v128.store(c, accumulate ? v128.add<T>(v128.load(c), s) : s);
    c += 16;
    b += 16;
  }
  for (; j < N; j++) {
    let s = v128.splat<T>(<T>0);
    let x = a;
    let at = b;
    for (let k = 0; k < K; k++) {
      s = madd<T>(v128.load_splat<T>(x), v128.load_splat<T>(at), s);
      x += step;
      at += ldb;
    }
    if (accumulate) s = v128.add<T>(v128.load_splat<T>(c), s);
    v128.store_lane<T>(c, s, 0);
    c += size;
    b += size;
  }
}
