import type { FloatData } from '@retrograd/kernels';

/** Sums in double precision, whatever the dtype; grows to the widest array seen. */
let sums = /* @__PURE__ */ new Float64Array(256);

/** Rows that are read column by column: they fit the first-level cache. */
const BLOCK = 64;

/** out[j] = the sum of column j of X (rows, columns), from the first row to the last, in double precision. */
export function columnSums(rows: number, columns: number, X: FloatData, out: FloatData): void {
  if (sums.length < columns) sums = new Float64Array(columns);
  const total = sums;
  for (let j = 0; j < columns; j++) total[j] = 0;
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
  for (let j = 0; j < columns; j++) out[j] = total[j];
}
