// Column sums, from the first row to the last in blocks, a vector of columns at a time. Pointers and leading
// dimensions in bytes.
import { all, get, lanes, put } from './simd';

/** Rows that are added up before they join the total, which keeps the error of long f32 sums small. */
const BLOCK = 64;

// @ts-ignore: decorator
@inline
function columnSums<T>(rows: i32, columns: i32, x: usize, ldx: usize, accumulate: bool, out: usize): void {
  const size: usize = sizeof<T>();
  const L = lanes<T>();
  for (let j = 0; j < columns; ) {
    const whole = j + L <= columns;
    let total = accumulate ? get<T>(out, whole) : all<T>(0.0);
    let at = x;
    for (let i = 0; i < rows; i += BLOCK) {
      let sum = all<T>(0.0);
      const end = min(i + BLOCK, rows);
      for (let r = i; r < end; r++) {
        sum = v128.add<T>(sum, get<T>(at, whole));
        at += ldx;
      }
      total = v128.add<T>(total, sum);
    }
    put<T>(out, total, whole);
    const step = whole ? L : 1;
    x += <usize>step * size;
    out += <usize>step * size;
    j += step;
  }
}

export function columnSums32(rows: i32, columns: i32, x: usize, ldx: usize, accumulate: bool, out: usize): void {
  columnSums<f32>(rows, columns, x, ldx, accumulate, out);
}

export function columnSums64(rows: i32, columns: i32, x: usize, ldx: usize, accumulate: bool, out: usize): void {
  columnSums<f64>(rows, columns, x, ldx, accumulate, out);
}
