// The point-wise half of a GRU step, as in ../src/gates.ts, and all steps of a sequence. A row of `gates`
// holds z, r, h_tilde side by side, H entries each; rows of all other blocks have H entries. Pointers in
// bytes.
import { At, constant } from '../../kernels/assembly/constants';
import { gemmPacked, sigmoidOf, tanhOf } from '../../kernels/assembly/core-imports';
import { get, madd, next, put } from '../../kernels/assembly/simd';

function resetForward<T>(B: i32, H: i32, gates: usize, h_prev: usize, rh: usize): void {
  const row = <usize>H * sizeof<T>();
  for (let b = 0; b < B; b++) {
    sigmoidOf<T>(2 * H, gates, gates);
    const r_t = gates + row;
    for (let k: usize = 0; k < row; ) {
      const whole = k + 16 <= row;
      put<T>(rh + k, v128.mul<T>(get<T>(r_t + k, whole), get<T>(h_prev + k, whole)), whole);
      k += next<T>(whole);
    }
    gates += 3 * row;
    h_prev += row;
    rh += row;
  }
}

function mixForward<T>(B: i32, H: i32, gates: usize, h_prev: usize, h_t: usize): void {
  const row = <usize>H * sizeof<T>();
  const one = constant<T>(At.one);
  for (let b = 0; b < B; b++) {
    const h_tilde = gates + 2 * row;
    tanhOf<T>(H, h_tilde, h_tilde);
    for (let k: usize = 0; k < row; ) {
      const whole = k + 16 <= row;
      const z = get<T>(gates + k, whole);
      const old = v128.mul<T>(v128.sub<T>(one, z), get<T>(h_prev + k, whole));
      put<T>(h_t + k, madd<T>(z, get<T>(h_tilde + k, whole), old), whole);
      k += next<T>(whole);
    }
    gates += 3 * row;
    h_prev += row;
    h_t += row;
  }
}

function mixBackward<T>(
  B: i32,
  H: i32,
  gates: usize,
  grad_a: usize,
  h_prev: usize,
  grad_h: usize,
  grad_h_prev: usize,
): void {
  const row = <usize>H * sizeof<T>();
  const one = constant<T>(At.one);
  for (let b = 0; b < B; b++) {
    for (let k: usize = 0; k < row; ) {
      const whole = k + 16 <= row;
      const dh = get<T>(grad_h + k, whole);
      const z = get<T>(gates + k, whole);
      const n = get<T>(gates + 2 * row + k, whole);
      const keep = v128.sub<T>(one, z);
      const change = v128.sub<T>(n, get<T>(h_prev + k, whole));
      const dz = v128.mul<T>(v128.mul<T>(v128.mul<T>(dh, change), z), keep);
      const dn = v128.mul<T>(v128.mul<T>(dh, z), v128.sub<T>(one, v128.mul<T>(n, n)));
      put<T>(grad_a + k, dz, whole);
      put<T>(grad_a + 2 * row + k, dn, whole);
      put<T>(grad_h_prev + k, v128.add<T>(v128.mul<T>(dh, keep), get<T>(grad_h_prev + k, whole)), whole);
      k += next<T>(whole);
    }
    gates += 3 * row;
    grad_a += 3 * row;
    h_prev += row;
    grad_h += row;
    grad_h_prev += row;
  }
}

function resetBackward<T>(
  B: i32,
  H: i32,
  gates: usize,
  grad_a: usize,
  h_prev: usize,
  grad_rh: usize,
  grad_h_prev: usize,
): void {
  const row = <usize>H * sizeof<T>();
  const one = constant<T>(At.one);
  for (let b = 0; b < B; b++) {
    const r_t = gates + row;
    const grad_a_r = grad_a + row;
    for (let k: usize = 0; k < row; ) {
      const whole = k + 16 <= row;
      const r = get<T>(r_t + k, whole);
      const d = get<T>(grad_rh + k, whole);
      const through = v128.mul<T>(d, get<T>(h_prev + k, whole));
      put<T>(grad_a_r + k, v128.mul<T>(v128.mul<T>(through, r), v128.sub<T>(one, r)), whole);
      put<T>(grad_h_prev + k, v128.add<T>(v128.mul<T>(d, r), get<T>(grad_h_prev + k, whole)), whole);
      k += next<T>(whole);
    }
    gates += 3 * row;
    grad_a += 3 * row;
    h_prev += row;
    grad_rh += row;
    grad_h_prev += row;
  }
}

/**
 * Steps 0 to T - 1 for B rows of a batch. The blocks of h start with the initial state.
 * @param stride rows of the whole batch, from step to step
 * @param W_zr   (H, 2H) and W_h (H, H), packed
 * @param gates  receives the activations for its pre-activations without the part of h
 */
// @ts-ignore: decorator
@inline
function steps<F>(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_zr: usize, W_h: usize, gates: usize, rh: usize, h: usize,
): void {
  const row = <usize>H * sizeof<F>();
  const block = <usize>stride * row;
  for (let t = 0; t < T; t++) {
    gemmPacked<F>(B, 2 * H, H, h, row, W_zr, true, gates, 3 * row, work);
    resetForward<F>(B, H, gates, h, rh);
    gemmPacked<F>(B, H, H, rh, row, W_h, true, gates + 2 * row, 3 * row, work);
    mixForward<F>(B, H, gates, h, h + block);
    gates += 3 * block;
    rh += block;
    h += block;
  }
}

/**
 * The way back through these steps, from the last to the first.
 * @param W_zr    (H, 2H) and W_h (H, H), both transposed, packed
 * @param grad_h  T + 1 blocks: the gradients that reach the states from outside; those through later steps
 *                are added
 * @param grad_rh room for one block
 */
// @ts-ignore: decorator
@inline
function stepsBackward<F>(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_zr: usize, W_h: usize,
  gates: usize, h: usize, grad_h: usize, grad_rh: usize, grad_a: usize,
): void {
  const row = <usize>H * sizeof<F>();
  const block = <usize>stride * row;
  for (let t: usize = T; t > 0; t--) {
    const before = (t - 1) * block;
    const a = grad_a + 3 * before;
    const g = gates + 3 * before;
    mixBackward<F>(B, H, g, a, h + before, grad_h + t * block, grad_h + before);
    gemmPacked<F>(B, H, H, a + 2 * row, 3 * row, W_h, false, grad_rh, row, work);
    resetBackward<F>(B, H, g, a, h + before, grad_rh, grad_h + before);
    gemmPacked<F>(B, H, 2 * H, a, 3 * row, W_zr, true, grad_h + before, row, work);
  }
}

export function gruReset32(B: i32, H: i32, gates: usize, h_prev: usize, rh: usize): void {
  resetForward<f32>(B, H, gates, h_prev, rh);
}

export function gruReset64(B: i32, H: i32, gates: usize, h_prev: usize, rh: usize): void {
  resetForward<f64>(B, H, gates, h_prev, rh);
}

export function gruMix32(B: i32, H: i32, gates: usize, h_prev: usize, h_t: usize): void {
  mixForward<f32>(B, H, gates, h_prev, h_t);
}

export function gruMix64(B: i32, H: i32, gates: usize, h_prev: usize, h_t: usize): void {
  mixForward<f64>(B, H, gates, h_prev, h_t);
}

export function gruMixBackward32(
  B: i32, H: i32, gates: usize, grad_a: usize, h_prev: usize, grad_h: usize, grad_h_prev: usize,
): void {
  mixBackward<f32>(B, H, gates, grad_a, h_prev, grad_h, grad_h_prev);
}

export function gruMixBackward64(
  B: i32, H: i32, gates: usize, grad_a: usize, h_prev: usize, grad_h: usize, grad_h_prev: usize,
): void {
  mixBackward<f64>(B, H, gates, grad_a, h_prev, grad_h, grad_h_prev);
}

export function gruResetBackward32(
  B: i32, H: i32, gates: usize, grad_a: usize, h_prev: usize, grad_rh: usize, grad_h_prev: usize,
): void {
  resetBackward<f32>(B, H, gates, grad_a, h_prev, grad_rh, grad_h_prev);
}

export function gruResetBackward64(
  B: i32, H: i32, gates: usize, grad_a: usize, h_prev: usize, grad_rh: usize, grad_h_prev: usize,
): void {
  resetBackward<f64>(B, H, gates, grad_a, h_prev, grad_rh, grad_h_prev);
}

export function gruSteps32(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_zr: usize, W_h: usize, gates: usize, rh: usize, h: usize,
): void {
  steps<f32>(B, stride, T, H, work, W_zr, W_h, gates, rh, h);
}

export function gruSteps64(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_zr: usize, W_h: usize, gates: usize, rh: usize, h: usize,
): void {
  steps<f64>(B, stride, T, H, work, W_zr, W_h, gates, rh, h);
}

export function gruStepsBackward32(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_zr: usize, W_h: usize,
  gates: usize, h: usize, grad_h: usize, grad_rh: usize, grad_a: usize,
): void {
  stepsBackward<f32>(B, stride, T, H, work, W_zr, W_h, gates, h, grad_h, grad_rh, grad_a);
}

export function gruStepsBackward64(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_zr: usize, W_h: usize,
  gates: usize, h: usize, grad_h: usize, grad_rh: usize, grad_a: usize,
): void {
  stepsBackward<f64>(B, stride, T, H, work, W_zr, W_h, gates, h, grad_h, grad_rh, grad_a);
}
