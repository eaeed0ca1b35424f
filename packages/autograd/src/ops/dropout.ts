import { type RandomOptions, ValueError, wrap } from '@retrograd/arrays';
import { allocate, describe, randomFrom } from '@retrograd/arrays/internal';
import { asTensor, type TensorLike } from '../as-tensor.js';
import { constant, type Tensor } from '../tensor.js';
import { mul } from './arithmetic.js';

export interface DropoutOptions extends RandomOptions {
  /** Default true; when false, x passes as it is. */
  training?: boolean;
}

/**
 * Inverted dropout (Srivastava et al. 2014): every entry is dropped with probability p, and those that stay
 * are divided by 1 - p, so that the mean is kept and nothing needs to change outside of training.
 * @param p       probability of dropping, from 0 to 1
 * @param options `rng`, or `seed` for a generator of its own; the default generator unless given
 * @throws ValueError when p is outside [0, 1]
 */
export function dropout(x: TensorLike, p: number, options: DropoutOptions = {}): Tensor {
  const t = asTensor('dropout', 'x', x);
  if (!(p >= 0 && p <= 1)) throw new ValueError('dropout', 'p', 'a number from 0 to 1', describe(p));
  if (options.training === false || p === 0) return t;
  const rng = randomFrom(options);
  const kept = 1 / (1 - p);
  const scale = allocate(t.dtype, t.size);
  for (let i = 0; i < scale.length; i++) scale[i] = rng.uniform() < p ? 0 : kept;
  return mul(t, constant(wrap(scale, t.shape)));
}
