import { ShapeError } from '@retrograd/arrays';
import { formatShape } from '@retrograd/arrays/internal';
import { asTensor, reshape, slice, type Tensor, type TensorLike } from '@retrograd/autograd';

/**
 * A model's output at the last time step, for a loss with one target a sequence:
 *
 *     const loss = (output, target) => mseLoss(lastStep(output), target);
 *
 * @param output (B, T, …)
 * @returns (B, …)
 * @throws ShapeError when there is no time axis, or it is empty
 */
export function lastStep(output: TensorLike): Tensor {
  const t = asTensor('lastStep', 'output', output);
  const [B, T, ...rest] = t.shape;
  if (!(T >= 1))
    throw new ShapeError('lastStep', 'output', '[batch, at least one step, …]', formatShape(t.shape));
  return reshape(slice(t, [null, [-1]]), [B, ...rest]);
}
