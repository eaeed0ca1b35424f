// A step of gradient descent on n = B · H parameters, with and without momentum, in their own type, as
// PyTorch computes it (in TypeScript: ../src/optim/sgd.ts). Pointers in bytes.
import { get, next, put } from '../../kernels/assembly/simd';
import { hyperparameter } from './hyperparameters';

/**
 * @param hasMomentum a constant when this is compiled
 * @param g           the gradients
 * @param p           the parameters
 * @param v           the velocities, from the second step on
 * @param hyper       weightDecay, lr; with momentum also momentum, 1 - dampening, and the factors of the
 *                    gradient and of the velocity in the change: 0 and 1, or for Nesterov 1 and momentum
 */
// @ts-ignore: decorator
@inline
function descend<T>(hasMomentum: bool, B: i32, H: i32, g: usize, p: usize, v: usize, hyper: usize): void {
  const decay = hyperparameter<T>(hyper, 0);
  const lr = hyperparameter<T>(hyper, 1);
  const end = p + <usize>(B * H) * sizeof<T>();
  while (p < end) {
    const whole = p + 16 <= end;
    const old = get<T>(p, whole);
    const raw = get<T>(g, whole);
    let change = v128.add<T>(v128.mul<T>(decay, old), raw);
    if (hasMomentum) {
      const faded = v128.mul<T>(get<T>(v, whole), hyperparameter<T>(hyper, 2));
      const velocity = v128.add<T>(v128.mul<T>(hyperparameter<T>(hyper, 3), change), faded);
      put<T>(v, velocity, whole);
      const ahead = v128.mul<T>(hyperparameter<T>(hyper, 4), change);
      change = v128.add<T>(v128.mul<T>(hyperparameter<T>(hyper, 5), velocity), ahead);
    }
    put<T>(p, v128.sub<T>(old, v128.mul<T>(lr, change)), whole);
    const step = next<T>(whole);
    p += step;
    g += step;
    v += step;
  }
}

export function sgd32(B: i32, H: i32, g: usize, p: usize, hyper: usize): void {
  descend<f32>(false, B, H, g, p, 0, hyper);
}

export function sgd64(B: i32, H: i32, g: usize, p: usize, hyper: usize): void {
  descend<f64>(false, B, H, g, p, 0, hyper);
}

export function momentum32(B: i32, H: i32, g: usize, p: usize, v: usize, hyper: usize): void {
  descend<f32>(true, B, H, g, p, v, hyper);
}

export function momentum64(B: i32, H: i32, g: usize, p: usize, v: usize, hyper: usize): void {
  descend<f64>(true, B, H, g, p, v, hyper);
}
