// Column sums. Pointers and leading dimensions in bytes.
import { all, get, next, put } from './simd';

/** Rows that are added up before they join the total, which keeps the error of long f32 sums small. They fit the caches. */
const BLOCK = 64;

// @ts-ignore: decorator
@inline
function columnSums<T>(rows: i32, columns: i32, x: usize, ldx: usize, accumulate: bool, out: usize): void {
  const row = <usize>columns * sizeof<T>();
  if (!accumulate) memory.fill(out, 0, row);
  for (let i = 0; i < rows; i += BLOCK) {
    const height = min(BLOCK, rows - i);
    for (let k: usize = 0; k < row; ) {
      const whole = k + 16 <= row;
      let sum = all<T>(0.0);
      let at = x + k;
      for (let r = 0; r < height; r++) {
        sum = v128.add<T>(sum, get<T>(at, whole));
        at += ldx;
      }
      put<T>(out + k, v128.add<T>(get<T>(out + k, whole), sum), whole);
      k += next<T>(whole);
    }
    x += <usize>height * ldx;
  }
}

export function columnSums32(rows: i32, columns: i32, x: usize, ldx: usize, accumulate: bool, out: usize): void {
  columnSums<f32>(rows, columns, x, ldx, accumulate, out);
}

export function columnSums64(rows: i32, columns: i32, x: usize, ldx: usize, accumulate: bool, out: usize): void {
  columnSums<f64>(rows, columns, x, ldx, accumulate, out);
}
