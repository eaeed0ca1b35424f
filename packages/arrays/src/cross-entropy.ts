import type { FloatData } from '@retrograd/kernels';
import { currentKernels } from '@retrograd/kernels';
import { crossEntropyRows } from '@retrograd/kernels/internal';

/** N rows of V logits, on flat row-major data, and the class that each of them should have. */
export interface ClassifiedRows {
  readonly logits: FloatData;
  readonly N: number;
  readonly V: number;
  /** N classes in [0, V); those of rows left out are not read. */
  readonly classes: ArrayLike<number>;
  /** N flags; 0 leaves the row out: it has no effect, so it may hold NaN. Null selects all. */
  readonly selected: ArrayLike<number> | null;
}

/**
 * Mean cross-entropy:
 *
 *     loss = (1/n) Σ_selected  -log softmax(logits_row)[class]
 *          = (1/n) Σ_selected  log Σ_v exp(x_v - m) - (x_class - m),   m = max_v x_v
 *
 * The largest logit is subtracted before anything is exponentiated or added, so that finite logits never
 * overflow and equal logits of 1e300 still give log V. Sums are kept in double precision whatever the dtype.
 * @param grad (N·V) if the gradient is wanted too, which costs little here: that of `crossEntropyBackward`,
 *             for a cotangent of 1 or the given one
 * @returns the loss; 0 when no row is selected; NaN when a selected row holds NaN, +Infinity or only
 *          -Infinity
 */
export function crossEntropyForward(
  { logits, N, V, classes, selected }: ClassifiedRows,
  grad: FloatData | null = null,
  cotangent = 1,
): number {
  const isLeftOut = (n: number): boolean => selected !== null && selected[n] === 0;
  const rows = new Float64Array(2 * N);
  let count = 0;
  for (let n = 0; n < N; n++) {
    if (isLeftOut(n)) continue;
    rows[2 * n] = classes[n];
    count++;
  }
  if (count === 0) {
    grad?.fill(0, 0, N * V);
    return 0;
  }
  crossEntropyRows(currentKernels().sequence, logits, rows, cotangent / count, grad);
  let total = 0;
  for (let n = 0; n < N; n++) {
    if (isLeftOut(n)) grad?.fill(0, n * V, (n + 1) * V);
    else total += Math.log(rows[2 * n]) - rows[2 * n + 1];
  }
  return total / count;
}

/**
 * Gradient of `crossEntropyForward` in the logits, times the cotangent of the loss:
 *
 *     grad_row = cotangent/n (softmax(logits_row) - onehot(class)),   0 in rows left out
 *
 * @param grad (N·V) written whole
 */
export function crossEntropyBackward(cotangent: number, rows: ClassifiedRows, grad: FloatData): void {
  crossEntropyForward(rows, grad, cotangent);
}
