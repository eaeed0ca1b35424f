// The point-wise half of an LSTM step, as in packages/lstm/src/gates.ts: a row of `gates` holds f, i, c_tilde, o side by side, H
// entries each; all other blocks are (B, H). Pointers in bytes.
import { sigmoid, tanh } from './math';
import { all, get, lanes, put } from './simd';

// @ts-ignore: decorator
@inline
function forward<T>(B: i32, H: i32, gates: usize, c_prev: usize, c_t: usize, tanh_c: usize, h_t: usize): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  const gate = <usize>H * size;
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < H; ) {
      const whole = j + L <= H;
      const f = sigmoid<T>(get<T>(gates, whole));
      const i = sigmoid<T>(get<T>(gates + gate, whole));
      const g = tanh<T>(get<T>(gates + 2 * gate, whole));
      const o = sigmoid<T>(get<T>(gates + 3 * gate, whole));
      const c = v128.add<T>(v128.mul<T>(f, get<T>(c_prev, whole)), v128.mul<T>(i, g));
      const t = tanh<T>(c);
      put<T>(gates, f, whole);
      put<T>(gates + gate, i, whole);
      put<T>(gates + 2 * gate, g, whole);
      put<T>(gates + 3 * gate, o, whole);
      put<T>(c_t, c, whole);
      put<T>(tanh_c, t, whole);
      put<T>(h_t, v128.mul<T>(o, t), whole);
      const step = whole ? L : 1;
      const bytes = <usize>step * size;
      gates += bytes;
      c_prev += bytes;
      c_t += bytes;
      tanh_c += bytes;
      h_t += bytes;
      j += step;
    }
    gates += 3 * gate;
  }
}

// @ts-ignore: decorator
@inline
function backward<T>(
  B: i32,
  H: i32,
  gates: usize,
  c_prev: usize,
  tanh_c: usize,
  grad_h: usize,
  grad_c: usize,
  grad_a: usize,
): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  const gate = <usize>H * size;
  const one = all<T>(1.0);
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < H; ) {
      const whole = j + L <= H;
      const f = get<T>(gates, whole);
      const i = get<T>(gates + gate, whole);
      const g = get<T>(gates + 2 * gate, whole);
      const o = get<T>(gates + 3 * gate, whole);
      const t = get<T>(tanh_c, whole);
      const dh = get<T>(grad_h, whole);
      const slope = v128.sub<T>(one, v128.mul<T>(t, t));
      const dc = v128.add<T>(get<T>(grad_c, whole), v128.mul<T>(v128.mul<T>(dh, o), slope));
      const df = v128.mul<T>(v128.mul<T>(v128.mul<T>(dc, get<T>(c_prev, whole)), f), v128.sub<T>(one, f));
      const di = v128.mul<T>(v128.mul<T>(v128.mul<T>(dc, g), i), v128.sub<T>(one, i));
      const dg = v128.mul<T>(v128.mul<T>(dc, i), v128.sub<T>(one, v128.mul<T>(g, g)));
      const d_o = v128.mul<T>(v128.mul<T>(v128.mul<T>(dh, t), o), v128.sub<T>(one, o));
      put<T>(grad_a, df, whole);
      put<T>(grad_a + gate, di, whole);
      put<T>(grad_a + 2 * gate, dg, whole);
      put<T>(grad_a + 3 * gate, d_o, whole);
      put<T>(grad_c, v128.mul<T>(dc, f), whole);
      const step = whole ? L : 1;
      const bytes = <usize>step * size;
      gates += bytes;
      grad_a += bytes;
      c_prev += bytes;
      tanh_c += bytes;
      grad_h += bytes;
      grad_c += bytes;
      j += step;
    }
    gates += 3 * gate;
    grad_a += 3 * gate;
  }
}

export function forward32(B: i32, H: i32, gates: usize, c_prev: usize, c_t: usize, tanh_c: usize, h_t: usize): void {
  forward<f32>(B, H, gates, c_prev, c_t, tanh_c, h_t);
}

export function forward64(B: i32, H: i32, gates: usize, c_prev: usize, c_t: usize, tanh_c: usize, h_t: usize): void {
  forward<f64>(B, H, gates, c_prev, c_t, tanh_c, h_t);
}

export function backward32(
  B: i32, H: i32, gates: usize, c_prev: usize, tanh_c: usize, grad_h: usize, grad_c: usize, grad_a: usize,
): void {
  backward<f32>(B, H, gates, c_prev, tanh_c, grad_h, grad_c, grad_a);
}

export function backward64(
  B: i32, H: i32, gates: usize, c_prev: usize, tanh_c: usize, grad_h: usize, grad_c: usize, grad_a: usize,
): void {
  backward<f64>(B, H, gates, c_prev, tanh_c, grad_h, grad_c, grad_a);
}
