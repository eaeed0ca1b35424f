import type { NdArray as ScijsArray } from 'ndarray';
import { makeView } from './ndarray-view.js';
import { contiguousStrides } from './shape.js';
import type { IndexData } from './types.js';

/**
 * A view of `data`, without a copy and without any check.
 * @param stride steps in `data` along each axis, in entries
 * @param offset place of the entry with all indices 0
 */
export function view<D extends IndexData>(
  data: D,
  shape: readonly number[],
  stride: readonly number[],
  offset: number,
): ScijsArray<D> {
  return makeView(data, shape, stride, offset) as unknown as ScijsArray<D>;
}

/**
 * A C-contiguous view of a whole typed array, without a copy. `data.length` must be the product of `shape`.
 */
export function wrap<D extends IndexData>(data: D, shape: readonly number[]): ScijsArray<D> {
  return view(data, shape, contiguousStrides(shape), 0);
}
