// A step of Adam on n = B · H parameters, in their own type, as PyTorch computes it (in TypeScript:
// ../src/optim/adam-update.ts). Pointers in bytes.
import { get, madd, next, put } from '../../kernels/assembly/simd';
import { hyperparameter } from './hyperparameters';

/**
 * @param g     the gradients
 * @param p     the parameters
 * @param m     the first moments
 * @param v     the second moments
 * @param hyper kept, decay, 1 - β₁, β₂, 1 - β₂, stepSize, eps
 */
// @ts-ignore: decorator
@inline
function adam<T>(B: i32, H: i32, g: usize, p: usize, m: usize, v: usize, hyper: usize): void {
  const kept = hyperparameter<T>(hyper, 0);
  const decay = hyperparameter<T>(hyper, 1);
  const oneMinusBeta1 = hyperparameter<T>(hyper, 2);
  const beta2 = hyperparameter<T>(hyper, 3);
  const oneMinusBeta2 = hyperparameter<T>(hyper, 4);
  const stepSize = hyperparameter<T>(hyper, 5);
  const eps = hyperparameter<T>(hyper, 6);
  const end = p + <usize>(B * H) * sizeof<T>();
  while (p < end) {
    const whole = p + 16 <= end;
    const old = v128.mul<T>(get<T>(p, whole), kept);
    const raw = get<T>(g, whole);
    const gradient = v128.add<T>(v128.mul<T>(decay, old), raw);
    const before = get<T>(m, whole);
    const mean = madd<T>(oneMinusBeta1, v128.sub<T>(gradient, before), before);
    const faded = v128.mul<T>(get<T>(v, whole), beta2);
    const square = v128.add<T>(v128.mul<T>(v128.mul<T>(oneMinusBeta2, gradient), gradient), faded);
    put<T>(m, mean, whole);
    put<T>(v, square, whole);
    const change = v128.div<T>(v128.mul<T>(stepSize, mean), v128.add<T>(v128.sqrt<T>(square), eps));
    put<T>(p, v128.sub<T>(old, change), whole);
    const step = next<T>(whole);
    p += step;
    g += step;
    m += step;
    v += step;
  }
}

export function adam32(B: i32, H: i32, g: usize, p: usize, m: usize, v: usize, hyper: usize): void {
  adam<f32>(B, H, g, p, m, v, hyper);
}

export function adam64(B: i32, H: i32, g: usize, p: usize, m: usize, v: usize, hyper: usize): void {
  adam<f64>(B, H, g, p, m, v, hyper);
}
