// Sequences from batch-first to time-major order and back: (B, T, …) and (T, B, …). Pointers in bytes.
import { get, next, put } from './simd';

/**
 * Copies (M, N) rows of `row` bytes to (N, M) rows that are `rowTo` bytes apart. Copying f32 does for both
 * types.
 */
export function swapAxes(M: i32, N: i32, row: usize, from: usize, to: usize, rowTo: usize): void {
  for (let i = 0; i < M; i++) {
    let out = to + <usize>i * rowTo;
    for (let j = 0; j < N; j++) {
      for (let k: usize = 0; k < row; ) {
        const whole = k + 16 <= row;
        put<f32>(out + k, get<f32>(from + k, whole), whole);
        k += next<f32>(whole);
      }
      from += row;
      out += <usize>M * rowTo;
    }
  }
}
