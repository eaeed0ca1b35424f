import { ValueError } from '@retrograd/kernels';
import { allocate } from './allocate.js';
import { checkDtype } from './array.js';
import { checkFinite, checkNonNegative, checkShape } from './checks.js';
import { type RandomOptions, randomFrom } from './random.js';
import { sizeOf } from './shape.js';
import { wrap } from './storage.js';
import type { DtypeOption, NdArray } from './types.js';

/**
 * An array of normal numbers.
 * @param options.mean 0 unless given
 * @param options.std  standard deviation, 1 unless given
 * @param options.rng  generator, or `seed` for a new one; the default generator unless given
 * @throws ValueError when mean or std is not finite, or std is negative
 */
export function randomNormal(
  shape: readonly number[],
  options: DtypeOption & RandomOptions & { mean?: number; std?: number } = {},
): NdArray {
  const { mean = 0, std = 1, dtype = 'float64' } = options;
  checkShape('randomNormal', 'shape', shape);
  checkFinite('randomNormal', 'mean', mean);
  checkNonNegative('randomNormal', 'std', std);
  const data = allocate(checkDtype('randomNormal', dtype), sizeOf(shape));
  const rng = randomFrom(options);
  for (let i = 0; i < data.length; i++) data[i] = mean + std * rng.normal();
  return wrap(data, shape);
}

/**
 * An array of numbers from [low, high), all equally likely. In float32 rounding may give `high` itself.
 * @param options.low  0 unless given
 * @param options.high 1 unless given
 * @param options.rng  generator, or `seed` for a new one; the default generator unless given
 * @throws ValueError when a limit is not finite, or high < low
 */
export function randomUniform(
  shape: readonly number[],
  options: DtypeOption & RandomOptions & { low?: number; high?: number } = {},
): NdArray {
  const { low = 0, high = 1, dtype = 'float64' } = options;
  checkShape('randomUniform', 'shape', shape);
  checkFinite('randomUniform', 'low', low);
  checkFinite('randomUniform', 'high', high);
  if (high < low) throw new ValueError('randomUniform', 'high', `at least low (${low})`, String(high));
  const data = allocate(checkDtype('randomUniform', dtype), sizeOf(shape));
  const rng = randomFrom(options);
  for (let i = 0; i < data.length; i++) data[i] = low + (high - low) * rng.uniform();
  return wrap(data, shape);
}
