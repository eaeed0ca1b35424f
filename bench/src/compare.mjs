/**
 * Whether two contestants computed the same. Float32 sums of different order differ by rounding only, which
 * is judged against the largest entry: entries of a gradient that cancel to nearly nothing say nothing.
 */

/** Largest difference that float32 arithmetic over these lengths explains, relative to the largest entry. */
export const TOLERANCE = 2e-4;

/**
 * @param actual, expected names mapped to { shape, data }; names that `actual` lacks are not compared
 * @returns { error, worst } the largest relative difference and where it is
 * @throws Error when a shape differs, nothing is common, or the difference is too large
 */
export function compareTensors(actual, expected) {
  let error = 0;
  let worst = '';
  const names = Object.keys(expected).filter((name) => actual[name] !== undefined);
  if (names.length === 0) throw new Error('no results to compare');
  for (const name of names) {
    const a = actual[name];
    const e = expected[name];
    if (a.shape.join() !== e.shape.join())
      throw new Error(`${name} has shape [${a.shape}], not [${e.shape}]`);
    const difference = relativeDifference(a.data, e.data);
    if (!(difference <= error)) {
      error = difference;
      worst = name;
    }
  }
  if (!(error <= TOLERANCE)) {
    throw new Error(`${worst} differs from ours by ${error.toExponential(1)} of its largest entry`);
  }
  return { error, worst };
}

function relativeDifference(actual, expected) {
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    // Not Math.max alone: it must not lose a NaN.
    const d = Math.abs(actual[i] - expected[i]);
    if (!(d <= difference)) difference = d;
  }
  return difference / (largest || 1);
}
