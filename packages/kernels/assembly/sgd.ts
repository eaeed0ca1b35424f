// A step of gradient descent on n = B · H parameters, with and without momentum, in their own type as PyTorch computes it
// (reference: packages/nn/src/optim/sgd.ts). Pointers in bytes.
import { setting } from './settings';
import { get, madd, next, put } from './simd';

/**
 * @param g        the gradients; p the parameters
 * @param settings weightDecay, lr
 */
// @ts-ignore: decorator
@inline
function descend<T>(B: i32, H: i32, g: usize, p: usize, settings: usize): void {
  const decay = setting<T>(settings, 0);
  const lr = setting<T>(settings, 1);
  const end = p + <usize>(B * H) * sizeof<T>();
  while (p < end) {
    const whole = p + 16 <= end;
    const old = get<T>(p, whole);
    const raw = get<T>(g, whole);
    const gradient = madd<T>(decay, old, raw);
    put<T>(p, v128.sub<T>(old, v128.mul<T>(lr, gradient)), whole);
    const step = next<T>(whole);
    p += step;
    g += step;
  }
}

/**
 * @param v        the velocities, not the first ones
 * @param settings weightDecay, momentum, 1 - dampening, lr, and the shares of the gradient and of the velocity in the change: 0
 *                 and 1, or for Nesterov 1 and momentum
 */
// @ts-ignore: decorator
@inline
function descendWithMomentum<T>(B: i32, H: i32, g: usize, p: usize, v: usize, settings: usize): void {
  const decay = setting<T>(settings, 0);
  const momentum = setting<T>(settings, 1);
  const share = setting<T>(settings, 2);
  const lr = setting<T>(settings, 3);
  const ofGradient = setting<T>(settings, 4);
  const ofVelocity = setting<T>(settings, 5);
  const end = p + <usize>(B * H) * sizeof<T>();
  while (p < end) {
    const whole = p + 16 <= end;
    const old = get<T>(p, whole);
    const raw = get<T>(g, whole);
    const gradient = madd<T>(decay, old, raw);
    const kept = v128.mul<T>(get<T>(v, whole), momentum);
    const velocity = madd<T>(share, gradient, kept);
    put<T>(v, velocity, whole);
    const ahead = v128.mul<T>(ofGradient, gradient);
    const change = madd<T>(ofVelocity, velocity, ahead);
    put<T>(p, v128.sub<T>(old, v128.mul<T>(lr, change)), whole);
    const step = next<T>(whole);
    p += step;
    g += step;
    v += step;
  }
}

export function sgd32(B: i32, H: i32, g: usize, p: usize, settings: usize): void {
  descend<f32>(B, H, g, p, settings);
}

export function sgd64(B: i32, H: i32, g: usize, p: usize, settings: usize): void {
  descend<f64>(B, H, g, p, settings);
}

export function momentum32(B: i32, H: i32, g: usize, p: usize, v: usize, settings: usize): void {
  descendWithMomentum<f32>(B, H, g, p, v, settings);
}

export function momentum64(B: i32, H: i32, g: usize, p: usize, v: usize, settings: usize): void {
  descendWithMomentum<f64>(B, H, g, p, v, settings);
}
