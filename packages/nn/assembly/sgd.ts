// A step of gradient descent on n = B · H parameters, with and without momentum, in their own type as PyTorch computes it
// (reference: packages/nn/src/optim/sgd.ts). Pointers in bytes.
import { setting } from './hyperparameters';
import { get, next, put } from '../../kernels/assembly/simd';

/**
 * @param moving   whether there is momentum, which is known when this is compiled
 * @param g        the gradients; p the parameters; v the velocities, not the first ones
 * @param settings weightDecay, lr; with momentum also momentum, 1 - dampening, and the shares of the gradient and of the velocity
 *                 in the change: 0 and 1, or for Nesterov 1 and momentum
 */
// @ts-ignore: decorator
@inline
function descend<T>(moving: bool, B: i32, H: i32, g: usize, p: usize, v: usize, settings: usize): void {
  const decay = setting<T>(settings, 0);
  const lr = setting<T>(settings, 1);
  const end = p + <usize>(B * H) * sizeof<T>();
  while (p < end) {
    const whole = p + 16 <= end;
    const old = get<T>(p, whole);
    const raw = get<T>(g, whole);
    let change = v128.add<T>(v128.mul<T>(decay, old), raw);
    if (moving) {
      const faded = v128.mul<T>(get<T>(v, whole), setting<T>(settings, 2));
      const velocity = v128.add<T>(v128.mul<T>(setting<T>(settings, 3), change), faded);
      put<T>(v, velocity, whole);
      const ahead = v128.mul<T>(setting<T>(settings, 4), change);
      change = v128.add<T>(v128.mul<T>(setting<T>(settings, 5), velocity), ahead);
    }
    put<T>(p, v128.sub<T>(old, v128.mul<T>(lr, change)), whole);
    const step = next<T>(whole);
    p += step;
    g += step;
    v += step;
  }
}

export function sgd32(B: i32, H: i32, g: usize, p: usize, settings: usize): void {
  descend<f32>(false, B, H, g, p, 0, settings);
}

export function sgd64(B: i32, H: i32, g: usize, p: usize, settings: usize): void {
  descend<f64>(false, B, H, g, p, 0, settings);
}

export function momentum32(B: i32, H: i32, g: usize, p: usize, v: usize, settings: usize): void {
  descend<f32>(true, B, H, g, p, v, settings);
}

export function momentum64(B: i32, H: i32, g: usize, p: usize, v: usize, settings: usize): void {
  descend<f64>(true, B, H, g, p, v, settings);
}
