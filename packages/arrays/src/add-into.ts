import { allocate } from '@retrograd/kernels/internal';
import { dense, resultType } from './array.js';
import { wrap } from './storage.js';
import type { NdArray } from './types.js';

/**
 * target += source, in place: the one function here that writes to an argument. For sums that nobody else holds yet
 * (gradients of many calls, an optimizer's averages), where a fresh array a term would cost more than the addition.
 * @param target dense; not checked
 * @param source any view of target's shape; not checked
 */
export function addInto(target: NdArray, source: NdArray): void {
  const sum = target.data;
  const term = dense(source).data;
  for (let i = 0; i < sum.length; i++) sum[i] += term[i];
}

/**
 * a + b for two arrays of one shape, not checked: what accumulation needs of `add`, which also broadcasts.
 * @returns a fresh dense array; float32 when both are, else float64
 */
export function addAlike(a: NdArray, b: NdArray): NdArray {
  const x = dense(a).data;
  const y = dense(b).data;
  const sum = allocate(resultType(a, b), x.length);
  for (let i = 0; i < sum.length; i++) sum[i] = x[i] + y[i];
  return wrap(sum, a.shape);
}
