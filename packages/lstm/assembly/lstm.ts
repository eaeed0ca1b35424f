// The point-wise half of an LSTM step, as in ../src/gates.ts, and all steps of a sequence. A row of `gates`
// holds f, i, c_tilde, o side by side, H entries each; rows of all other blocks have H entries. Pointers in
// bytes.
import { At, constant } from '../../kernels/assembly/constants';
import { gemmPacked, sigmoidOf, tanhOf } from '../../kernels/assembly/core-imports';
import { get, madd, next, put } from '../../kernels/assembly/simd';

function forward<T>(B: i32, H: i32, gates: usize, c_prev: usize, c_t: usize, tanh_c: usize, h_t: usize): void {
  const row = <usize>H * sizeof<T>();
  for (let b = 0; b < B; b++) {
    const i_t = gates + row;
    const c_tilde = i_t + row;
    const o_t = c_tilde + row;
    sigmoidOf<T>(2 * H, gates, gates);
    tanhOf<T>(H, c_tilde, c_tilde);
    sigmoidOf<T>(H, o_t, o_t);
    for (let k: usize = 0; k < row; ) {
      const whole = k + 16 <= row;
      const kept = v128.mul<T>(get<T>(gates + k, whole), get<T>(c_prev + k, whole));
      put<T>(c_t + k, madd<T>(get<T>(i_t + k, whole), get<T>(c_tilde + k, whole), kept), whole);
      k += next<T>(whole);
    }
    tanhOf<T>(H, c_t, tanh_c);
    for (let k: usize = 0; k < row; ) {
      const whole = k + 16 <= row;
      put<T>(h_t + k, v128.mul<T>(get<T>(o_t + k, whole), get<T>(tanh_c + k, whole)), whole);
      k += next<T>(whole);
    }
    gates = o_t + row;
    c_prev += row;
    c_t += row;
    tanh_c += row;
    h_t += row;
  }
}

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
  const row = <usize>H * sizeof<T>();
  const one = constant<T>(At.one);
  for (let b = 0; b < B; b++) {
    for (let k: usize = 0; k < row; ) {
      const whole = k + 16 <= row;
      const f = get<T>(gates, whole);
      const i = get<T>(gates + row, whole);
      const g = get<T>(gates + 2 * row, whole);
      const o = get<T>(gates + 3 * row, whole);
      const t = get<T>(tanh_c, whole);
      const dh = get<T>(grad_h, whole);
      const slope = v128.sub<T>(one, v128.mul<T>(t, t));
      const dc = v128.add<T>(v128.mul<T>(v128.mul<T>(dh, o), slope), get<T>(grad_c, whole));
      const df = v128.mul<T>(v128.mul<T>(v128.mul<T>(dc, get<T>(c_prev, whole)), f), v128.sub<T>(one, f));
      const di = v128.mul<T>(v128.mul<T>(v128.mul<T>(dc, g), i), v128.sub<T>(one, i));
      const dg = v128.mul<T>(v128.mul<T>(dc, i), v128.sub<T>(one, v128.mul<T>(g, g)));
      const d_o = v128.mul<T>(v128.mul<T>(v128.mul<T>(dh, t), o), v128.sub<T>(one, o));
      put<T>(grad_a, df, whole);
      put<T>(grad_a + row, di, whole);
      put<T>(grad_a + 2 * row, dg, whole);
      put<T>(grad_a + 3 * row, d_o, whole);
      put<T>(grad_c, v128.mul<T>(dc, f), whole);
      const step = next<T>(whole);
      gates += step;
      grad_a += step;
      c_prev += step;
      tanh_c += step;
      grad_h += step;
      grad_c += step;
      k += step;
    }
    gates += 3 * row;
    grad_a += 3 * row;
  }
}

/**
 * Steps 0 to T - 1 for B rows of a batch. Blocks of c and h start with the initial states.
 * @param stride  rows of the whole batch, from step to step
 * @param W_h     (H, 4H), packed
 * @param gates   receives the activations for its pre-activations without the part of h
 */
// @ts-ignore: decorator
@inline
function steps<F>(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_h: usize, gates: usize, c: usize, tanh_c: usize, h: usize,
): void {
  const row = <usize>H * sizeof<F>();
  const block = <usize>stride * row;
  for (let t = 0; t < T; t++) {
    gemmPacked<F>(B, 4 * H, H, h, row, W_h, true, gates, 4 * row, work);
    h += block;
    forward<F>(B, H, gates, c, c + block, tanh_c, h);
    gates += 4 * block;
    c += block;
    tanh_c += block;
  }
}

/**
 * The way back through these steps, from the last to the first.
 * @param W_h    (H, 4H) transposed, packed
 * @param grad_h T + 1 blocks: the gradients that reach the states from outside; those through later steps are
 *               added
 * @param grad_c one block: first the gradient of the last c, in the end that of the first
 */
// @ts-ignore: decorator
@inline
function stepsBackward<F>(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_h: usize,
  gates: usize, c: usize, tanh_c: usize, grad_h: usize, grad_c: usize, grad_a: usize,
): void {
  const row = <usize>H * sizeof<F>();
  const block = <usize>stride * row;
  for (let t: usize = T; t > 0; t--) {
    const before = (t - 1) * block;
    const a = grad_a + 4 * before;
    backward<F>(B, H, gates + 4 * before, c + before, tanh_c + before, grad_h + t * block, grad_c, a);
    gemmPacked<F>(B, H, 4 * H, a, 4 * row, W_h, true, grad_h + before, row, work);
  }
}

export function lstmForward32(
  B: i32, H: i32, gates: usize, c_prev: usize, c_t: usize, tanh_c: usize, h_t: usize,
): void {
  forward<f32>(B, H, gates, c_prev, c_t, tanh_c, h_t);
}

export function lstmForward64(
  B: i32, H: i32, gates: usize, c_prev: usize, c_t: usize, tanh_c: usize, h_t: usize,
): void {
  forward<f64>(B, H, gates, c_prev, c_t, tanh_c, h_t);
}

export function lstmBackward32(
  B: i32, H: i32, gates: usize, c_prev: usize, tanh_c: usize, grad_h: usize, grad_c: usize, grad_a: usize,
): void {
  backward<f32>(B, H, gates, c_prev, tanh_c, grad_h, grad_c, grad_a);
}

export function lstmBackward64(
  B: i32, H: i32, gates: usize, c_prev: usize, tanh_c: usize, grad_h: usize, grad_c: usize, grad_a: usize,
): void {
  backward<f64>(B, H, gates, c_prev, tanh_c, grad_h, grad_c, grad_a);
}

export function lstmSteps32(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_h: usize, gates: usize, c: usize, tanh_c: usize, h: usize,
): void {
  steps<f32>(B, stride, T, H, work, W_h, gates, c, tanh_c, h);
}

export function lstmSteps64(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_h: usize, gates: usize, c: usize, tanh_c: usize, h: usize,
): void {
  steps<f64>(B, stride, T, H, work, W_h, gates, c, tanh_c, h);
}

export function lstmStepsBackward32(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_h: usize,
  gates: usize, c: usize, tanh_c: usize, grad_h: usize, grad_c: usize, grad_a: usize,
): void {
  stepsBackward<f32>(B, stride, T, H, work, W_h, gates, c, tanh_c, grad_h, grad_c, grad_a);
}

export function lstmStepsBackward64(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_h: usize,
  gates: usize, c: usize, tanh_c: usize, grad_h: usize, grad_c: usize, grad_a: usize,
): void {
  stepsBackward<f64>(B, stride, T, H, work, W_h, gates, c, tanh_c, grad_h, grad_c, grad_a);
}
