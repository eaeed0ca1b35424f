import { sizeOf } from '@retrograd/arrays/internal';
import { affine, reshape, type Tensor } from '@retrograd/autograd';

/**
 * x W + b on the last axis of x: (…, I) · (I, O) = (…, O). The leading axes are merged into one, so that
 * there is a single product forward, and a single one for the gradient of W.
 */
export function linear(x: Tensor, W: Tensor, b: Tensor | null = null): Tensor {
  const [I, O] = W.shape;
  const leading = x.shape.slice(0, -1);
  const rows = leading.length === 1 ? x : reshape(x, [sizeOf(leading), I]);
  const y = affine(rows, W, b ?? undefined);
  return leading.length === 1 ? y : reshape(y, [...leading, O]);
}
