import type { FloatData } from './types.js';

/**
 * The plain `crossEntropyRows` of the kernels' interface. The largest logit is taken off before anything is exponentiated, so
 * nothing overflows; all is computed in double precision.
 */
export function crossEntropyRows(
  N: number,
  V: number,
  x: FloatData,
  rows: Float64Array,
  scale: number,
  grad: FloatData | null,
): void {
  const exponentials = new Float64Array(V);
  for (let n = 0; n < N; n++) {
    const start = n * V;
    let m = Number.NEGATIVE_INFINITY;
    for (let v = 0; v < V; v++) if (x[start + v] > m) m = x[start + v];
    let sum = 0;
    for (let v = 0; v < V; v++) {
      const e = Math.exp(x[start + v] - m);
      exponentials[v] = e;
      sum += e;
    }
    const target = rows[2 * n];
    rows[2 * n] = sum;
    rows[2 * n + 1] = x[start + target] - m;
    if (grad === null) continue;
    for (let v = 0; v < V; v++) grad[start + v] = scale * (exponentials[v] / sum);
    // From the double, as p - 1 is small where the model is sure.
    grad[start + target] = scale * (exponentials[target] / sum - 1);
  }
}
