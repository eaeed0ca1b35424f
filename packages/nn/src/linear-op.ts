import { dense, wrap } from '@retrograd/arrays';
import { sizeOf } from '@retrograd/arrays/internal';
import { affine, record, type Tensor } from '@retrograd/autograd';

/**
 * x W + b on the last axis of x, whatever stands before it: (…, I) · (I, O) = (…, O). The leading axes count as one, so that there
 * is a single product, and one again for the gradient of W.
 */
export function project(x: Tensor, W: Tensor, b: Tensor | null = null): Tensor {
  const [I, O] = W.shape;
  const leading = x.shape.slice(0, -1);
  const rows = leading.length === 1 ? x : pour(x, [sizeOf(leading), I]);
  const y = affine(rows, W, b ?? undefined);
  return leading.length === 1 ? y : pour(y, [...leading, O]);
}

/** `reshape`, where the shape is known to fit. */
const pour = (x: Tensor, shape: readonly number[]): Tensor =>
  record('reshape', [x], wrap(dense(x.value).data, shape), [(g) => pour(g, x.shape)]);
