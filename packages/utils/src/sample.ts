import { type Random, ValueError } from '@retrograd/arrays';

/**
 * Draws a symbol v with probability proportional to exp(logits[v] / temperature). The largest logit is
 * subtracted before the division, so that no temperature overflows. Temperature 0 takes the largest logit
 * (the first of several) and draws nothing.
 * @param logits V logits; -Infinity rules a symbol out
 * @throws ValueError when a logit is NaN or +Infinity, or all are -Infinity
 */
export function sample(op: string, logits: ArrayLike<number>, temperature: number, rng: Random): number {
  const best = indexOfLargest(op, logits);
  if (temperature === 0) return best;
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - logits[best]) / temperature));
  let total = 0;
  for (const weight of weights) total += weight;
  // A draw stays below the total, so the walk ends on a symbol whose weight is not 0.
  const draw = rng.uniform() * total;
  let v = 0;
  for (let sum = weights[0]; sum <= draw; sum += weights[v]) v++;
  return v;
}

function indexOfLargest(op: string, logits: ArrayLike<number>): number {
  let best = 0;
  for (let v = 0; v < logits.length; v++) {
    const logit = logits[v];
    if (Number.isNaN(logit) || logit === Number.POSITIVE_INFINITY) {
      throw new ValueError(op, 'the logits of model', 'finite or -Infinity', `${logit} for symbol ${v}`);
    }
    if (logit > logits[best]) best = v;
  }
  if (logits[best] === Number.NEGATIVE_INFINITY) {
    throw new ValueError(op, 'the logits of model', 'finite for some symbol', 'only -Infinity');
  }
  return best;
}
