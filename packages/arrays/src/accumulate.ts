import { dense } from './array.js';
import type { NdArray } from './types.js';

/**
 * target += source, in place: besides `assign` the one function that writes to an argument. For sums that no
 * other code reads yet (gradients of many calls, averages of an optimizer), where a fresh array for each term
 * would cost more than the addition.
 * @param target dense; not checked
 * @param source any view of target's shape; not checked
 */
export function addInto(target: NdArray, source: NdArray): void {
  const sum = target.data;
  const term = dense(source).data;
  for (let i = 0; i < sum.length; i++) sum[i] += term[i];
}
