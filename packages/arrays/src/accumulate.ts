import { dense } from './array.js';
import type { NdArray } from './types.js';

/**
 * target += source, in place: the one function here that writes to an argument. For sums that nothing
 * else refers to yet (gradients of many calls, an optimizer's averages), where a fresh array for each term
 * would cost more than the addition.
 * @param target dense; not checked
 * @param source any view of target's shape; not checked
 */
export function addInto(target: NdArray, source: NdArray): void {
  const sum = target.data;
  const term = dense(source).data;
  for (let i = 0; i < sum.length; i++) sum[i] += term[i];
}
