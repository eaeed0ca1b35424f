/**
 * Which time steps each sample visits, and in which order: what `lengths`, `mask` and `reverse` say in three ways. Rows are
 * the samples by falling number of steps, so those that still run at step t are always the first ones.
 */
export interface Schedule {
  /** (B) which sample each row is. */
  readonly rows: Int32Array;
  /** (T) how many rows still run at each step (PyTorch's batch_sizes). */
  readonly batchSizes: Int32Array;
  /** (T, B) the time step of the sequence that a row reads at each step; -1 after its end. */
  readonly source: Int32Array;
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
  const visits = Array.from({ length: B }, (_, b) => {
    const steps: number[] = [];
    for (let t = 0; t < T; t++) {
      if (mask === undefined ? t < (lengths?.[b] ?? T) : mask[b * T + t] !== 0) steps.push(t);
    }
    return reverse ? steps.reverse() : steps;
  });
  if (!reverse && visits.every((steps) => steps.length === T)) return null;
  const rows = Int32Array.from(visits.keys()).sort((a, b) => visits[b].length - visits[a].length || a - b);
  const batchSizes = new Int32Array(T);
  const source = new Int32Array(T * B).fill(-1);
  rows.forEach((sample, row) => {
    visits[sample].forEach((from, t) => {
      batchSizes[t]++;
      source[t * B + row] = from;
    });
  });
  return { rows, batchSizes, source };
}

/** Rows that run at step t. */
export const rowsAt = (schedule: Schedule | null, B: number, t: number): number =>
  schedule === null ? B : schedule.batchSizes[t];
