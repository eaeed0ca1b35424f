import type { Dtype } from '@retrograd/kernels';
import { allocate } from './allocate.js';
import { checkDtype } from './array.js';
import { checkShape } from './checks.js';
import type { Random } from './random.js';
import { sizeOf } from './shape.js';
import { wrap } from './storage.js';
import type { NdArray } from './types.js';

/** The sizes that set the range of Glorot's initial values, and the generator and dtype of their numbers. */
export interface GlorotOptions {
  fanIn: number;
  fanOut: number;
  rng: Random;
  dtype: Dtype;
}

/**
 * Initial weights from U(-a, a) with a = √(6 / (fanIn + fanOut)), which keep the variance of values and
 * gradients about the same from layer to layer. Glorot & Bengio 2010, eq. 16.
 *
 * Written without `randomUniform`, which has a default generator: a program that only runs a cell needs no
 * generator.
 */
export function glorotUniform(
  shape: readonly number[],
  { fanIn, fanOut, rng, dtype }: GlorotOptions,
): NdArray {
  checkShape('glorotUniform', 'shape', shape);
  const data = allocate(checkDtype('glorotUniform', dtype), sizeOf(shape));
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  for (let i = 0; i < data.length; i++) data[i] = -limit + 2 * limit * rng.uniform();
  return wrap(data, shape);
}
