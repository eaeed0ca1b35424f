import { formatShape, ShapeError, shapesEqual } from '@retrograd/kernels';
import type { Tensor, TensorLike } from '../tensor.js';
import { mul, sub } from './arithmetic.js';
import { operands } from './operands.js';
import { mean } from './sum.js';

/**
 * Mean of (prediction - target)² over all entries.
 * @throws ShapeError when the shapes differ: broadcasting here is nearly always a mistake, such as (B, 1) against (B)
 */
export function mseLoss(prediction: TensorLike, target: TensorLike): Tensor {
  const [p, t] = operands('mseLoss', prediction, target, ['prediction', 'target']);
  if (!shapesEqual(p.shape, t.shape)) {
    throw new ShapeError('mseLoss', 'target', formatShape(p.shape), formatShape(t.shape));
  }
  const difference = sub(p, t);
  return mean(mul(difference, difference));
}
