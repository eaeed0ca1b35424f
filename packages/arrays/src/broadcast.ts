import { ShapeError } from '@retrograd/kernels';
import { formatShape } from '@retrograd/kernels/internal';
import type { NdArray as ScijsArray } from 'ndarray';
import { checkIndexArray, checkShape } from './checks.js';
import { view } from './storage.js';
import type { IndexData } from './types.js';

/**
 * A view of `x` stretched to `shape` by NumPy's rule (steps of 0 along the stretched axes); nothing is
 * copied.
 * @throws ShapeError when x's shape does not stretch to `shape`
 */
export function broadcastTo<D extends IndexData>(x: ScijsArray<D>, shape: readonly number[]): ScijsArray<D> {
  checkIndexArray('broadcastTo', 'x', x);
  checkShape('broadcastTo', 'shape', shape);
  const added = shape.length - x.shape.length;
  const stride = new Array<number>(shape.length).fill(0);
  let fits = added >= 0;
  for (let i = 0; fits && i < x.shape.length; i++) {
    if (x.shape[i] === shape[i + added]) stride[i + added] = x.stride[i];
    else fits = x.shape[i] === 1;
  }
  if (!fits) {
    throw new ShapeError('broadcastTo', 'x', `broadcastable to ${formatShape(shape)}`, formatShape(x.shape));
  }
  return view(x.data, shape, stride, x.offset);
}
