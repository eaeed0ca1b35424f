import type { FloatData } from '@retrograd/kernels';

/** Rows that are read column by column: they fit the first-level cache. */
const BLOCK = 64;

/** The sum of every column of X (rows, columns), from the first row to the last, in double precision. */
export function columnSums(X: FloatData, columns: number): Float64Array {
  const total = new Float64Array(columns);
  const rows = X.length / columns;
  for (let i = 0; i < rows; i += BLOCK) {
    const height = Math.min(BLOCK, rows - i);
    const from = i * columns;
    let j = 0;
    // Four sums at a time stay in registers, and need not wait for each other.
    for (; j + 4 <= columns; j += 4) {
      let a = total[j];
      let b = total[j + 1];
      let c = total[j + 2];
      let d = total[j + 3];
      for (let at = from + j, r = 0; r < height; at += columns, r++) {
        a += X[at];
        b += X[at + 1];
        c += X[at + 2];
        d += X[at + 3];
      }
      total[j] = a;
      total[j + 1] = b;
      total[j + 2] = c;
      total[j + 3] = d;
    }
    for (; j < columns; j++) for (let r = 0; r < height; r++) total[j] += X[from + r * columns + j];
  }
  return total;
}
