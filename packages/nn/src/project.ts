import { matmul, reshape, type Tensor } from '@retrograd/autograd';
import { sizeOf } from '@retrograd/kernels';

/**
 * x W on the last axis of x, whatever stands before it: (…, I) · (I, O) = (…, O). The leading axes count as one, so that there is
 * a single product, and one again for the gradient of W.
 */
export function project(x: Tensor, W: Tensor): Tensor {
  const [I, O] = W.shape;
  const leading = x.shape.slice(0, -1);
  if (leading.length === 1) return matmul(x, W);
  return reshape(matmul(reshape(x, [sizeOf(leading), I]), W), [...leading, O]);
}
