import { DtypeError, dense, type FloatData, type NdArray } from '@retrograd/arrays';
import { checkArray, describe } from '@retrograd/arrays/internal';

/**
 * The Euclidean norm of all entries of all arrays together, as if they were one long vector. Neither the squares of large
 * entries overflow nor those of small ones vanish.
 * @param gradients arrays of any shapes and dtypes
 * @returns the norm: 0 for an empty list, NaN when an entry is NaN, else Infinity when one is infinite or the norm exceeds
 *          the largest double
 * @throws DtypeError when gradients is not a list of float ndarrays
 */
export function globalNorm(gradients: readonly NdArray[]): number {
  checkGradients('globalNorm', gradients);
  const [scale, root] = scaledNorm(gradients);
  return scale * root;
}

/** @throws DtypeError when gradients is not a list of float ndarrays */
export function checkGradients(op: string, gradients: readonly NdArray[]): void {
  if (!Array.isArray(gradients)) {
    throw new DtypeError(op, 'gradients', 'a list of ndarrays', describe(gradients));
  }
  gradients.forEach((gradient, i) => checkArray(op, `gradients[${i}]`, gradient));
}

/** In four sums, none of which waits for another. Finite only when all entries are. */
export function sumOfSquares(data: FloatData): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = data.length - (data.length % 4);
  for (let i = 0; i < whole; i += 4) {
    // Each entry is read once: where the engine has seen both types of arrays, reading takes longer than the arithmetic.
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

/** Between these a sum of squares lost nothing to underflow that it could show, and nothing to overflow. */
const SAFE = [1e-250, 1e300] as const;

/**
 * The norm as scale · root: scale is 1 where the sum of squares neither overflows nor underflows, as it never does in float32,
 * and else a power of two near the largest entry, by which one multiplies and divides exactly.
 */
export function scaledNorm(gradients: readonly NdArray[]): [scale: number, root: number] {
  const flat = gradients.map((gradient) => dense(gradient).data);
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
