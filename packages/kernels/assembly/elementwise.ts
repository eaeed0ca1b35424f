// Element-wise functions over n entries; x and out may be the same range. Pointers in bytes.
import { sigmoid, tanh } from './math';
import { get, next, put } from './simd';

export function sigmoidOf<T>(n: i32, x: usize, out: usize): void {
  const end = x + <usize>n * sizeof<T>();
  while (x < end) {
    const whole = x + 16 <= end;
    put<T>(out, sigmoid<T>(get<T>(x, whole)), whole);
    x += next<T>(whole);
    out += next<T>(whole);
  }
}

export function tanhOf<T>(n: i32, x: usize, out: usize): void {
  const end = x + <usize>n * sizeof<T>();
  while (x < end) {
    const whole = x + 16 <= end;
    put<T>(out, tanh<T>(get<T>(x, whole)), whole);
    x += next<T>(whole);
    out += next<T>(whole);
  }
}

export function sigmoid32(n: i32, x: usize, out: usize): void {
  sigmoidOf<f32>(n, x, out);
}

export function sigmoid64(n: i32, x: usize, out: usize): void {
  sigmoidOf<f64>(n, x, out);
}

export function tanh32(n: i32, x: usize, out: usize): void {
  tanhOf<f32>(n, x, out);
}

export function tanh64(n: i32, x: usize, out: usize): void {
  tanhOf<f64>(n, x, out);
}
