import { currentKernels } from './backend.js';
import type { FloatData } from './types.js';

/**
 * Mean cross-entropy of N rows of V logits, on flat row-major data:
 *
 *     loss = (1/n) Σ_selected  -log softmax(logits_row)[target]
 *          = (1/n) Σ_selected  log Σ_v exp(x_v - m) - (x_target - m),   m = max_v x_v
 *
 * The largest logit is taken off before anything is exponentiated or added, so that finite logits never overflow and equal
 * logits of 1e300 still give log V. Sums are kept in double precision whatever the dtype.
 * @param targets  N classes in [0, V); those of rows left out are not read
 * @param selected N flags, 0 leaves the row out: it is not read, so it may hold NaN. Null selects all
 * @returns the loss; 0 when no row is selected; NaN when a selected row holds NaN, +Infinity or nothing but -Infinity
 */
export function crossEntropyForward(
  logits: FloatData,
  N: number,
  V: number,
  targets: ArrayLike<number>,
  selected: ArrayLike<number> | null,
): number {
  const { largest, sums } = rowExponentials(logits, N, V);
  let total = 0;
  let count = 0;
  for (let n = 0; n < N; n++) {
    if (selected !== null && selected[n] === 0) continue;
    total += Math.log(sums[n]) - (logits[n * V + targets[n]] - largest[n]);
    count++;
  }
  return count === 0 ? 0 : total / count;
}

/**
 * Gradient of `crossEntropyForward` in the logits, times the cotangent of the loss:
 *
 *     grad_row = cotangent/n (softmax(logits_row) - onehot(target)),   0 in rows left out
 *
 * @param grad (N·V) written whole
 */
export function crossEntropyBackward(
  cotangent: number,
  logits: FloatData,
  N: number,
  V: number,
  targets: ArrayLike<number>,
  selected: ArrayLike<number> | null,
  grad: FloatData,
): void {
  let count = 0;
  for (let n = 0; n < N; n++) if (selected === null || selected[n] !== 0) count++;
  const scale = cotangent / count;
  const { exponentials, sums } = rowExponentials(logits, N, V);
  for (let n = 0; n < N; n++) {
    const start = n * V;
    if (selected !== null && selected[n] === 0) {
      grad.fill(0, start, start + V);
      continue;
    }
    const target = start + targets[n];
    for (let i = start; i < start + V; i++) {
      const p = exponentials[i] / sums[n];
      grad[i] = scale * (i === target ? p - 1 : p);
    }
  }
}

/** Per row of V logits: the largest, e^(x - largest) for every entry, and the sum of these. */
function rowExponentials(
  logits: FloatData,
  N: number,
  V: number,
): { largest: Float64Array; exponentials: Float64Array; sums: Float64Array } {
  const [largest, sums] = [new Float64Array(N), new Float64Array(N)];
  const exponentials = new Float64Array(N * V);
  currentKernels().rowExponentials(N, V, logits, exponentials, largest, sums);
  return { largest, exponentials, sums };
}
