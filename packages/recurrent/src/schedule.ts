/**
 * Which time steps each sample visits, and in which order: what `lengths`, `mask` and `reverse` say in three ways. Rows are
 * the samples by falling number of steps, so those that still run at step t are always the first ones. A copy of one order
 * into the other takes row `order[k]` for row k, zeros where that is -1.
 */
export interface Schedule {
  /** (T) how many rows still run at each step (PyTorch's batch_sizes). */
  readonly batchSizes: Int32Array;
  /** (B) from samples to rows, and (B) back. */
  readonly rows: Int32Array;
  readonly samples: Int32Array;
  /** (T · B) from the steps of all samples to those of all rows, in order of time, and (B · T) back. */
  readonly toSteps: Int32Array;
  readonly toSamples: Int32Array;
}

/** Steps that samples visit; all in order when nothing is said. */
export interface Visits {
  /** (B) each sample visits its first steps, this many. */
  readonly lengths?: ArrayLike<number>;
  /** (B, T) each sample visits the steps where this is not 0. */
  readonly mask?: ArrayLike<number>;
  /** Whether each sample visits its steps from the last to the first. */
  readonly reverse?: boolean;
}

/** The schedule of a batch of B samples of T steps; null when every sample visits every step, in order. */
export function scheduleOf(B: number, T: number, { lengths, mask, reverse }: Visits): Schedule | null {
  const isVisited = (b: number, t: number): boolean =>
    mask === undefined ? t < (lengths?.[b] ?? T) : mask[b * T + t] !== 0;
  const visits = Array.from({ length: B }, (_, b) => {
    const steps = Array.from({ length: T }, (_, t) => t).filter((t) => isVisited(b, t));
    return reverse ? steps.reverse() : steps;
  });
  if (!reverse && visits.every((steps) => steps.length === T)) return null;
  const rows = Int32Array.from(visits.keys()).sort((a, b) => visits[b].length - visits[a].length || a - b);
  const [samples, batchSizes] = [new Int32Array(B), new Int32Array(T)];
  const [toSteps, toSamples] = [new Int32Array(T * B).fill(-1), new Int32Array(B * T).fill(-1)];
  rows.forEach((sample, row) => {
    samples[sample] = row;
    visits[sample].forEach((from, t) => {
      batchSizes[t]++;
      toSteps[t * B + row] = sample * T + from;
      toSamples[sample * T + from] = t * B + row;
    });
  });
  return { batchSizes, rows, samples, toSteps, toSamples };
}
