// A step of RMSprop, neither centered nor with momentum, on n = B · H parameters, in their own type, as
// PyTorch computes it (in TypeScript: ../src/optim/rmsprop.ts). Pointers in bytes.
import { get, next, put } from '../../kernels/assembly/simd';
import { hyperparameter } from './hyperparameters';

/**
 * @param g     the gradients
 * @param p     the parameters
 * @param s     the running means of the squares
 * @param hyper weightDecay, alpha, 1 - alpha, lr, eps
 */
// @ts-ignore: decorator
@inline
function rmsprop<T>(B: i32, H: i32, g: usize, p: usize, s: usize, hyper: usize): void {
  const decay = hyperparameter<T>(hyper, 0);
  const alpha = hyperparameter<T>(hyper, 1);
  const oneMinusAlpha = hyperparameter<T>(hyper, 2);
  const lr = hyperparameter<T>(hyper, 3);
  const eps = hyperparameter<T>(hyper, 4);
  const end = p + <usize>(B * H) * sizeof<T>();
  while (p < end) {
    const whole = p + 16 <= end;
    const old = get<T>(p, whole);
    const raw = get<T>(g, whole);
    const gradient = v128.add<T>(v128.mul<T>(decay, old), raw);
    const faded = v128.mul<T>(get<T>(s, whole), alpha);
    const square = v128.add<T>(v128.mul<T>(v128.mul<T>(oneMinusAlpha, gradient), gradient), faded);
    put<T>(s, square, whole);
    const change = v128.div<T>(v128.mul<T>(lr, gradient), v128.add<T>(v128.sqrt<T>(square), eps));
    put<T>(p, v128.sub<T>(old, change), whole);
    const step = next<T>(whole);
    p += step;
    g += step;
    s += step;
  }
}

export function rmsprop32(B: i32, H: i32, g: usize, p: usize, s: usize, hyper: usize): void {
  rmsprop<f32>(B, H, g, p, s, hyper);
}

export function rmsprop64(B: i32, H: i32, g: usize, p: usize, s: usize, hyper: usize): void {
  rmsprop<f64>(B, H, g, p, s, hyper);
}
