// The point-wise half of a GRU step, as in packages/gru/src/gates.ts: a row of `gates` holds z, r, h_tilde side by side, H
// entries each; all other blocks are (B, H). Pointers in bytes.
import { sigmoid, tanh } from './math';
import { all, get, lanes, put } from './simd';

// @ts-ignore: decorator
@inline
function resetForward<T>(B: i32, H: i32, gates: usize, h_prev: usize, rh: usize): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  const gate = <usize>H * size;
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < H; ) {
      const whole = j + L <= H;
      const r = sigmoid<T>(get<T>(gates + gate, whole));
      put<T>(gates, sigmoid<T>(get<T>(gates, whole)), whole);
      put<T>(gates + gate, r, whole);
      put<T>(rh, v128.mul<T>(r, get<T>(h_prev, whole)), whole);
      const step = whole ? L : 1;
      const bytes = <usize>step * size;
      gates += bytes;
      h_prev += bytes;
      rh += bytes;
      j += step;
    }
    gates += 2 * gate;
  }
}

// @ts-ignore: decorator
@inline
function mixForward<T>(B: i32, H: i32, gates: usize, h_prev: usize, h_t: usize): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  const gate = <usize>H * size;
  const one = all<T>(1.0);
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < H; ) {
      const whole = j + L <= H;
      const z = get<T>(gates, whole);
      const n = tanh<T>(get<T>(gates + 2 * gate, whole));
      put<T>(gates + 2 * gate, n, whole);
      const old = v128.mul<T>(v128.sub<T>(one, z), get<T>(h_prev, whole));
      put<T>(h_t, v128.add<T>(old, v128.mul<T>(z, n)), whole);
      const step = whole ? L : 1;
      const bytes = <usize>step * size;
      gates += bytes;
      h_prev += bytes;
      h_t += bytes;
      j += step;
    }
    gates += 2 * gate;
  }
}

// @ts-ignore: decorator
@inline
function mixBackward<T>(
  B: i32,
  H: i32,
  gates: usize,
  grad_a: usize,
  h_prev: usize,
  grad_h: usize,
  grad_h_prev: usize,
): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  const gate = <usize>H * size;
  const one = all<T>(1.0);
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < H; ) {
      const whole = j + L <= H;
      const dh = get<T>(grad_h, whole);
      const z = get<T>(gates, whole);
      const n = get<T>(gates + 2 * gate, whole);
      const keep = v128.sub<T>(one, z);
      const dz = v128.mul<T>(v128.mul<T>(v128.mul<T>(dh, v128.sub<T>(n, get<T>(h_prev, whole))), z), keep);
      const dn = v128.mul<T>(v128.mul<T>(dh, z), v128.sub<T>(one, v128.mul<T>(n, n)));
      put<T>(grad_a, dz, whole);
      put<T>(grad_a + 2 * gate, dn, whole);
      put<T>(grad_h_prev, v128.add<T>(get<T>(grad_h_prev, whole), v128.mul<T>(dh, keep)), whole);
      const step = whole ? L : 1;
      const bytes = <usize>step * size;
      gates += bytes;
      grad_a += bytes;
      h_prev += bytes;
      grad_h += bytes;
      grad_h_prev += bytes;
      j += step;
    }
    gates += 2 * gate;
    grad_a += 2 * gate;
  }
}

// @ts-ignore: decorator
@inline
function resetBackward<T>(
  B: i32,
  H: i32,
  gates: usize,
  grad_a: usize,
  h_prev: usize,
  grad_rh: usize,
  grad_h_prev: usize,
): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  const gate = <usize>H * size;
  const one = all<T>(1.0);
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < H; ) {
      const whole = j + L <= H;
      const r = get<T>(gates + gate, whole);
      const d = get<T>(grad_rh, whole);
      const dr = v128.mul<T>(v128.mul<T>(v128.mul<T>(d, get<T>(h_prev, whole)), r), v128.sub<T>(one, r));
      put<T>(grad_a + gate, dr, whole);
      put<T>(grad_h_prev, v128.add<T>(get<T>(grad_h_prev, whole), v128.mul<T>(d, r)), whole);
      const step = whole ? L : 1;
      const bytes = <usize>step * size;
      gates += bytes;
      grad_a += bytes;
      h_prev += bytes;
      grad_rh += bytes;
      grad_h_prev += bytes;
      j += step;
    }
    gates += 2 * gate;
    grad_a += 2 * gate;
  }
}

export function resetForward32(B: i32, H: i32, gates: usize, h_prev: usize, rh: usize): void {
  resetForward<f32>(B, H, gates, h_prev, rh);
}

export function resetForward64(B: i32, H: i32, gates: usize, h_prev: usize, rh: usize): void {
  resetForward<f64>(B, H, gates, h_prev, rh);
}

export function mixForward32(B: i32, H: i32, gates: usize, h_prev: usize, h_t: usize): void {
  mixForward<f32>(B, H, gates, h_prev, h_t);
}

export function mixForward64(B: i32, H: i32, gates: usize, h_prev: usize, h_t: usize): void {
  mixForward<f64>(B, H, gates, h_prev, h_t);
}

export function mixBackward32(
  B: i32, H: i32, gates: usize, grad_a: usize, h_prev: usize, grad_h: usize, grad_h_prev: usize,
): void {
  mixBackward<f32>(B, H, gates, grad_a, h_prev, grad_h, grad_h_prev);
}

export function mixBackward64(
  B: i32, H: i32, gates: usize, grad_a: usize, h_prev: usize, grad_h: usize, grad_h_prev: usize,
): void {
  mixBackward<f64>(B, H, gates, grad_a, h_prev, grad_h, grad_h_prev);
}

export function resetBackward32(
  B: i32, H: i32, gates: usize, grad_a: usize, h_prev: usize, grad_rh: usize, grad_h_prev: usize,
): void {
  resetBackward<f32>(B, H, gates, grad_a, h_prev, grad_rh, grad_h_prev);
}

export function resetBackward64(
  B: i32, H: i32, gates: usize, grad_a: usize, h_prev: usize, grad_rh: usize, grad_h_prev: usize,
): void {
  resetBackward<f64>(B, H, gates, grad_a, h_prev, grad_rh, grad_h_prev);
}
