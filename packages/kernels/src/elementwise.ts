import type { FloatData } from './types.js';

/**
 * 1 / (1 + e^-x) of one number. Two forms, so that the exponential never overflows: below 0, e^x / (1 + e^x)
 * goes to 0 through the denormals, where 1 / (1 + e^-x) would have been cut off at 1 / Infinity.
 */
export function sigmoidScalar(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** out[i] = sigmoid(x[i]) for n entries from the offsets on; x and out may be the same range. */
export function sigmoidMap(
  n: number,
  x: FloatData,
  xOffset: number,
  out: FloatData,
  outOffset: number,
): void {
  for (let i = 0; i < n; i++) out[outOffset + i] = sigmoidScalar(x[xOffset + i]);
}

/** out[i] = tanh(x[i]) for n entries from the offsets on; x and out may be the same range. */
export function tanhMap(n: number, x: FloatData, xOffset: number, out: FloatData, outOffset: number): void {
  for (let i = 0; i < n; i++) out[outOffset + i] = Math.tanh(x[xOffset + i]);
}
