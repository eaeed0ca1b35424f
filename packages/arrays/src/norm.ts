import type { FloatData } from '@retrograd/kernels';
import { dense } from './array.js';
import type { NdArray } from './types.js';

/**
 * The sum of squares, in four independent sums, which a processor adds at the same time. Finite only when all
 * entries are.
 */
export function sumOfSquares(data: FloatData): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = data.length - (data.length % 4);
  for (let i = 0; i < whole; i += 4) {
    // Each entry is read once: after the JavaScript engine has seen both float types here, reading an entry
    // takes longer than the arithmetic.
    const p = data[i];
    const q = data[i + 1];
    const r = data[i + 2];
    const s = data[i + 3];
    a += p * p;
    b += q * q;
    c += r * r;
    d += s * s;
  }
  for (let i = whole; i < data.length; i++) a += data[i] * data[i];
  return a + b + (c + d);
}

/** Between these bounds a sum of squares has lost nothing to overflow, and nothing visible to underflow. */
const SAFE = [1e-250, 1e300] as const;

/**
 * The Euclidean norm of all entries of several arrays together, as scale · root. scale is 1 if the sum of
 * squares neither overflows nor underflows, as is always so in float32; else it is a power of two near the
 * largest entry, by which multiplication and division are exact.
 */
export function scaledNorm(arrays: readonly NdArray[]): [scale: number, root: number] {
  const flat = arrays.map((each) => dense(each).data);
  let squares = 0;
  for (const data of flat) squares += sumOfSquares(data);
  if (squares > SAFE[0] && squares < SAFE[1]) return [1, Math.sqrt(squares)];
  let largest = 0;
  for (const data of flat) {
    for (let i = 0; i < data.length; i++) {
      const size = Math.abs(data[i]);
      if (Number.isNaN(size)) return [1, Number.NaN];
      if (size > largest) largest = size;
    }
  }
  if (largest === 0 || largest === Number.POSITIVE_INFINITY) return [1, largest];
  // The bounds are the smallest and the largest power of two that a double holds.
  const scale = 2 ** Math.min(Math.max(Math.floor(Math.log2(largest)), -1074), 1023);
  let sum = 0;
  for (const data of flat) {
    for (let i = 0; i < data.length; i++) {
      const scaled = data[i] / scale;
      sum += scaled * scaled;
    }
  }
  return [scale, Math.sqrt(sum)];
}

/**
 * Scales arrays in place so that their norm is at most maxNorm.
 * @param arrays dense
 * @param norm   of these arrays, finite, from `scaledNorm`
 */
export function clipToNorm(
  arrays: readonly NdArray[],
  [scale, root]: readonly [scale: number, root: number],
  maxNorm: number,
): void {
  if (!(scale * root > maxNorm)) return;
  // entry · (maxNorm / norm), grouped so that no factor leaves the range of normal numbers.
  const factor = maxNorm / root;
  for (const { data } of arrays) {
    if (scale === 1) for (let i = 0; i < data.length; i++) data[i] *= factor;
    else for (let i = 0; i < data.length; i++) data[i] = (data[i] / scale) * factor;
  }
}
