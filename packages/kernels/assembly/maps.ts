// Element-wise functions over n entries; x and out may be the same range. Pointers in bytes.
import { exp, sigmoid, tanh } from './math';
import { get, lanes, put } from './simd';

const SIGMOID = 0;
const TANH = 1;

// @ts-ignore: decorator
@inline
function apply<T>(f: i32, n: i32, x: usize, out: usize): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  for (let i = 0; i < n; ) {
    const whole = i + L <= n;
    const v = get<T>(x, whole);
    put<T>(out, f == SIGMOID ? sigmoid<T>(v) : f == TANH ? tanh<T>(v) : exp<T>(v), whole);
    const step = whole ? L : 1;
    x += <usize>step * size;
    out += <usize>step * size;
    i += step;
  }
}

export function sigmoid32(n: i32, x: usize, out: usize): void {
  apply<f32>(SIGMOID, n, x, out);
}

export function sigmoid64(n: i32, x: usize, out: usize): void {
  apply<f64>(SIGMOID, n, x, out);
}

export function tanh32(n: i32, x: usize, out: usize): void {
  apply<f32>(TANH, n, x, out);
}

export function tanh64(n: i32, x: usize, out: usize): void {
  apply<f64>(TANH, n, x, out);
}

export function exp32(n: i32, x: usize, out: usize): void {
  apply<f32>(2, n, x, out);
}

export function exp64(n: i32, x: usize, out: usize): void {
  apply<f64>(2, n, x, out);
}
