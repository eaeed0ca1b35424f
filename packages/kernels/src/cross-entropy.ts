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
  let total = 0;
  let count = 0;
  for (let n = 0; n < N; n++) {
    if (selected !== null && selected[n] === 0) continue;
    const start = n * V;
    const largest = largestOf(logits, start, V);
    const sum = sumOfExponentials(logits, start, V, largest);
    total += Math.log(sum) - (logits[start + targets[n]] - largest);
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
  for (let n = 0; n < N; n++) {
    const start = n * V;
    if (selected !== null && selected[n] === 0) {
      grad.fill(0, start, start + V);
      continue;
    }
    const largest = largestOf(logits, start, V);
    const sum = sumOfExponentials(logits, start, V, largest);
    const target = start + targets[n];
    for (let i = start; i < start + V; i++) {
      const p = Math.exp(logits[i] - largest) / sum;
      grad[i] = scale * (i === target ? p - 1 : p);
    }
  }
}

function largestOf(x: FloatData, start: number, V: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + V; i++) if (x[i] > largest) largest = x[i];
  return largest;
}

function sumOfExponentials(x: FloatData, start: number, V: number, largest: number): number {
  let sum = 0;
  for (let i = start; i < start + V; i++) sum += Math.exp(x[i] - largest);
  return sum;
}
