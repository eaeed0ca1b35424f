import { type IndexArray, isNdArray, ShapeError } from '@retrograd/arrays';
import { formatShape, shapesEqual, toFloats } from '@retrograd/arrays/internal';
import { operands, type TensorLike } from '../as-tensor.js';
import type { Tensor } from '../tensor.js';
import { mul, sub } from './arithmetic.js';
import { mean } from './sum.js';

/**
 * Mean of (prediction - target)² over all entries.
 * @param target of prediction's shape; whole numbers may come as an array of integers
 * @throws ShapeError when the shapes differ: broadcasting here is nearly always a mistake, such as (B, 1)
 *         against (B)
 */
export function mseLoss(prediction: TensorLike, target: TensorLike | IndexArray): Tensor {
  const floats = isNdArray(target) ? toFloats(target) : target;
  const [p, t] = operands('mseLoss', prediction, floats, 'prediction', 'target');
  if (!shapesEqual(p.shape, t.shape)) {
    throw new ShapeError('mseLoss', 'target', formatShape(p.shape), formatShape(t.shape));
  }
  const difference = sub(p, t);
  return mean(mul(difference, difference));
}
