// The backward half of a tanh unit, and all steps of a sequence in both directions. Pointers in bytes.
import { At, constant } from '../../kernels/assembly/constants';
import { gemmPacked, tanhOf } from '../../kernels/assembly/core-imports';
import { get, next, put } from '../../kernels/assembly/simd';

/** grad becomes grad · (1 - h²), for B rows of H entries. The forward half is the core's tanh. */
function tanhBackward<T>(B: i32, H: i32, h: usize, grad: usize): void {
  const one = constant<T>(At.one);
  const end = h + <usize>(B * H) * sizeof<T>();
  while (h < end) {
    const whole = h + 16 <= end;
    const y = get<T>(h, whole);
    put<T>(grad, v128.mul<T>(get<T>(grad, whole), v128.sub<T>(one, v128.mul<T>(y, y))), whole);
    h += next<T>(whole);
    grad += next<T>(whole);
  }
}

/**
 * Steps 0 to T - 1 for B rows of a batch.
 * @param stride rows of the whole batch, from step to step
 * @param W_hh   (H, H), packed
 * @param h      T + 1 blocks: the initial state, then pre-activations without the part of h, which become
 *               states
 */
// @ts-ignore: decorator
@inline
function steps<F>(B: i32, stride: i32, T: i32, H: i32, work: usize, W_hh: usize, h: usize): void {
  const row = <usize>H * sizeof<F>();
  for (let t = 0; t < T; t++) {
    const before = h;
    h += <usize>stride * row;
    gemmPacked<F>(B, H, H, before, row, W_hh, true, h, row, work);
    tanhOf<F>(B * H, h, h);
  }
}

/**
 * The way back through these steps, from the last to the first.
 * @param W_hh transposed, packed
 * @param grad T + 1 blocks: the gradients that reach the states from outside; in the end those of the
 *             pre-activations, except for the first block, that of the initial state
 */
// @ts-ignore: decorator
@inline
function stepsBackward<F>(B: i32, stride: i32, T: i32, H: i32, work: usize, W_hh: usize, h: usize, grad: usize): void {
  const row = <usize>H * sizeof<F>();
  const block = <usize>stride * row;
  h += <usize>T * block;
  grad += <usize>T * block;
  for (let t = 0; t < T; t++) {
    tanhBackward<F>(B, H, h, grad);
    const after = grad;
    grad -= block;
    h -= block;
    gemmPacked<F>(B, H, H, after, row, W_hh, true, grad, row, work);
  }
}

export function tanhBackward32(B: i32, H: i32, h: usize, grad: usize): void {
  tanhBackward<f32>(B, H, h, grad);
}

export function tanhBackward64(B: i32, H: i32, h: usize, grad: usize): void {
  tanhBackward<f64>(B, H, h, grad);
}

export function rnnSteps32(B: i32, stride: i32, T: i32, H: i32, work: usize, W_hh: usize, h: usize): void {
  steps<f32>(B, stride, T, H, work, W_hh, h);
}

export function rnnSteps64(B: i32, stride: i32, T: i32, H: i32, work: usize, W_hh: usize, h: usize): void {
  steps<f64>(B, stride, T, H, work, W_hh, h);
}

export function rnnStepsBackward32(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_hh: usize, h: usize, grad: usize,
): void {
  stepsBackward<f32>(B, stride, T, H, work, W_hh, h, grad);
}

export function rnnStepsBackward64(
  B: i32, stride: i32, T: i32, H: i32, work: usize, W_hh: usize, h: usize, grad: usize,
): void {
  stepsBackward<f64>(B, stride, T, H, work, W_hh, h, grad);
}
