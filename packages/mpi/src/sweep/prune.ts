import { ValueError } from '@retrograd/arrays';

/** What a job has told on its way; smaller values are better, as losses are. */
export interface Report {
  /** The job's place in the list. */
  readonly index: number;
  readonly step: number;
  readonly value: number;
}

/**
 * Says whether a job is not worth going on with.
 * @param report what it has just told
 * @param before all that was told before, this job's included
 */
export type Pruner = (report: Report, before: readonly Report[]) => boolean;

/**
 * Stops a job whose value is above the median of the others at the same step, as in Vizier (Golovin et al.
 * 2017, section 3.2).
 * @param options.after steps that every job gets; default 0
 * @param options.atLeast how many others must have told that step; default 4
 */
export function medianPruner(options: { after?: number; atLeast?: number } = {}): Pruner {
  const { after = 0, atLeast = 4 } = options;
  return ({ index, step, value }, before) => {
    if (step <= after) return false;
    const others = before.filter((other) => other.index !== index && other.step === step);
    if (others.length < atLeast) return false;
    const values = others.map((other) => other.value).sort((a, b) => a - b);
    const middle = (values.length - 1) / 2;
    const median = (values[Math.floor(middle)] + values[Math.ceil(middle)]) / 2;
    return !(value <= median);
  };
}

/**
 * At each of these steps lets the best part of the jobs that have come so far go on (asynchronous successive
 * halving, Li et al. 2020). The first to come always goes on.
 * @param options.steps increasing, such as 10, 20, 40; jobs must report at them
 * @param options.keep the part that goes on; default a half
 */
export function successiveHalving(options: { steps: readonly number[]; keep?: number }): Pruner {
  const { steps, keep = 0.5 } = options;
  if (!(keep > 0 && keep <= 1)) {
    throw new ValueError('successiveHalving', 'keep', 'above 0 and at most 1', String(keep));
  }
  return ({ index, step, value }, before) => {
    if (!steps.includes(step)) return false;
    const others = before.filter((other) => other.index !== index && other.step === step);
    const better = others.filter((other) => other.value < value).length;
    const kept = Math.max(1, Math.floor(keep * (others.length + 1)));
    return Number.isNaN(value) || better >= kept;
  };
}
