// The backward half of a tanh unit: grad · (1 - h²), in place, for B rows of H entries. The forward
// half is the tanh of maps.ts. Pointers in bytes.
import { all, get, lanes, put } from './simd';

// @ts-ignore: decorator
@inline
function tanhBackward<T>(B: i32, H: i32, h: usize, grad: usize): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  const one = all<T>(1.0);
  const n = B * H;
  for (let i = 0; i < n; ) {
    const whole = i + L <= n;
    const y = get<T>(h, whole);
    put<T>(grad, v128.mul<T>(get<T>(grad, whole), v128.sub<T>(one, v128.mul<T>(y, y))), whole);
    const step = whole ? L : 1;
    h += <usize>step * size;
    grad += <usize>step * size;
    i += step;
  }
}

export function tanhBackward32(B: i32, H: i32, h: usize, grad: usize): void {
  tanhBackward<f32>(B, H, h, grad);
}

export function tanhBackward64(B: i32, H: i32, h: usize, grad: usize): void {
  tanhBackward<f64>(B, H, h, grad);
}
