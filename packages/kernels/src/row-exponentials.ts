import type { FloatData } from './types.js';

/**
 * The plain `rowExponentials` of the kernels' interface. The largest entry is taken off before anything is exponentiated, so
 * nothing overflows; sums are kept in double precision.
 */
export function rowExponentials(
  N: number,
  V: number,
  x: FloatData,
  out: Float64Array,
  largest: Float64Array,
  sums: Float64Array,
): void {
  for (let n = 0; n < N; n++) {
    const [start, end] = [n * V, (n + 1) * V];
    let m = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i++) if (x[i] > m) m = x[i];
    let sum = 0;
    for (let i = start; i < end; i++) {
      const e = Math.exp(x[i] - m);
      out[i] = e;
      sum += e;
    }
    largest[n] = m;
    sums[n] = sum;
  }
}
