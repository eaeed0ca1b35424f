import type { Dtype } from '@retrograd/kernels';
import type { Random } from './random.js';
import { randomUniform } from './random-arrays.js';
import type { NdArray } from './types.js';

/** Where Glorot's initial values get their width from, and their numbers. */
export interface GlorotOptions {
  fanIn: number;
  fanOut: number;
  rng: Random;
  dtype: Dtype;
}

/**
 * Initial weights from U(-a, a) with a = √(6 / (fanIn + fanOut)), which keep the variance of values and gradients about
 * the same from layer to layer. Glorot & Bengio 2010, eq. 16.
 */
export function glorotUniform(
  shape: readonly number[],
  { fanIn, fanOut, rng, dtype }: GlorotOptions,
): NdArray {
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  return randomUniform(shape, { low: -limit, high: limit, rng, dtype });
}
