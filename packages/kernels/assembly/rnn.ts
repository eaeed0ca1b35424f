// The backward half of a tanh unit: grad · (1 - h²), in place, for B rows of H entries. The forward
// half is the tanh of maps.ts. Pointers in bytes.
import { At, constant } from './constants';
import { get, next, put } from './simd';

// @ts-ignore: decorator
@inline
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

export function tanhBackward32(B: i32, H: i32, h: usize, grad: usize): void {
  tanhBackward<f32>(B, H, h, grad);
}

export function tanhBackward64(B: i32, H: i32, h: usize, grad: usize): void {
  tanhBackward<f64>(B, H, h, grad);
}
