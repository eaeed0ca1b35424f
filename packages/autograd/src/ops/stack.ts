import * as k from '@retrograd/arrays/internal';
import { asTensor, asTensors, type TensorLike } from '../as-tensor.js';
import { recordAll } from '../call.js';
import type { Tensor } from '../tensor.js';

// Stacking and unstacking are each other's vjp, so the two share a file.

/**
 * Arrays of one shape side by side along a new axis.
 * @throws ShapeError when the shapes differ, ValueError when there is nothing to stack
 */
export function stack(xs: readonly TensorLike[], axis = 0): Tensor {
  const ts = asTensors('stack', xs);
  const value = k.stack(
    ts.map((t) => t.value),
    axis,
  );
  return recordAll('stack', ts, [value], ([g]) => unstack(g as Tensor, axis))[0] as Tensor;
}

/**
 * The slices of x along an axis, without that axis, as views. One call with an output for each slice, so that
 * taking a sequence apart and differentiating it costs O(T), not O(T²) as with T calls that each have a
 * gradient of x's size.
 * @throws ValueError when the axis is out of range
 */
export function unstack(x: TensorLike, axis = 0): Tensor[] {
  const t = asTensor('unstack', 'x', x);
  const at = k.normalizeAxis('unstack', axis, t.shape.length);
  const { data, shape, stride, offset } = t.value;
  const restShape = shape.toSpliced(at, 1);
  const restStride = stride.toSpliced(at, 1);
  const step = stride[at] as number;
  const values: k.NdArray[] = [];
  for (let i = 0; i < (shape[at] as number); i++) {
    values.push(k.view(data, restShape, restStride, offset + i * step));
  }
  return recordAll('unstack', [t], values, (cotangents) => [stack(cotangents, at)]);
}
