import type { FloatData, NdArray } from '@retrograd/arrays';

/** @internal A way to move in the space of one input: entry `at` alone, or all entries at once. */
export type Direction = { readonly at: number } | { readonly along: FloatData };

/**
 * @internal The derivative of Σ weights · evaluate() along a direction in the space of `x`, by central
 * differences. `x` is changed in place and restored to the bit. The results are subtracted before they are
 * weighted and summed: entries that do not depend on `x` cancel exactly then, and do not add their rounding.
 * @param x dense
 */
export function centralDifference(
  evaluate: () => FloatData,
  x: NdArray,
  direction: Direction,
  weights: FloatData,
  eps: number,
): number {
  const { data } = x;
  const before = data.slice();
  const h = 'at' in direction ? eps * Math.max(1, Math.abs(before[direction.at])) : eps;
  const move = (step: number): void => {
    if ('at' in direction) data[direction.at] = before[direction.at] + step;
    else for (let i = 0; i < data.length; i++) data[i] = before[i] + step * direction.along[i];
  };
  try {
    move(h);
    const above = evaluate().slice();
    // x + h is rounded, so the steps that were really made are measured.
    const up = 'at' in direction ? data[direction.at] - before[direction.at] : h;
    move(-h);
    const below = evaluate();
    const down = 'at' in direction ? before[direction.at] - data[direction.at] : h;
    let sum = 0;
    for (let i = 0; i < above.length; i++) sum += weights[i] * (above[i] - below[i]);
    return sum / (up + down);
  } finally {
    data.set(before);
  }
}
