import * as k from '@retrograd/arrays';
import { asTensor, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import { constant, type Tensor } from '../tensor.js';
import { mul } from './arithmetic.js';

/**
 * |x|, with gradient 0 at 0.
 * @throws DtypeError when x is not a tensor, an array or a number
 */
export function abs(x: TensorLike): Tensor {
  const t = asTensor('abs', 'x', x);
  return record('abs', [t], k.abs(t.value), [(g) => mul(g, constant(k.sign(t.value)))]);
}
