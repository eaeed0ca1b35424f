import type { FloatData } from './types.js';

/** Sums in double precision, whatever the dtype; grows to the widest array seen. */
let sums = new Float64Array(256);

/** The plain `columnSums` of the kernels' interface: each column from the first row to the last, in double precision. */
export function columnSums(
  rows: number,
  columns: number,
  X: FloatData,
  xOffset: number,
  ldx: number,
  accumulate: boolean,
  out: FloatData,
  outOffset: number,
): void {
  if (sums.length < columns) sums = new Float64Array(columns);
  const total = sums;
  for (let j = 0; j < columns; j++) total[j] = 0;
  for (let i = 0; i < rows; i++) {
    const row = xOffset + i * ldx;
    for (let j = 0; j < columns; j++) total[j] += X[row + j];
  }
  if (accumulate) for (let j = 0; j < columns; j++) out[outOffset + j] += total[j];
  else for (let j = 0; j < columns; j++) out[outOffset + j] = total[j];
}
