import type { NdArray, NestedList } from '@retrograd/arrays';
import { array, copy, type Dtype, DtypeError, type FloatData, isNdArray } from '@retrograd/arrays';
import { checkArray, describe } from '@retrograd/arrays/internal';
import { leafOf, type Tensor } from './tensor.js';

export interface TensorOptions {
  /** Whether backward computes a gradient for it. Default false. */
  requiresGrad?: boolean;
  /** Default: the dtype of the array given, float64 for lists and numbers. */
  dtype?: Dtype;
}

/**
 * A leaf with its own copy of `data`: later changes of the array do not reach the graph, and the other way
 * round.
 * @param data an array (any view), a nested list, a typed array (one axis), or a number (shape [])
 * @throws DtypeError when `data` is none of these, ShapeError when it is a ragged list
 */
export function tensor(
  data: NdArray | NestedList | FloatData,
  { dtype, requiresGrad }: TensorOptions = {},
): Tensor {
  if (typeof data === 'number' || Array.isArray(data) || ArrayBuffer.isView(data)) {
    return leafOf(array(data, { dtype }), requiresGrad);
  }
  if (!isNdArray(data))
    throw new DtypeError('tensor', 'data', 'an ndarray, a list or a number', describe(data));
  checkArray('tensor', 'data', data);
  return leafOf(copy(data, { dtype }), requiresGrad);
}

/** A leaf that is trained: `tensor` with `requiresGrad`. */
export function parameter(
  data: NdArray | NestedList | FloatData,
  options: Omit<TensorOptions, 'requiresGrad'> = {},
): Tensor {
  return tensor(data, { ...options, requiresGrad: true });
}
