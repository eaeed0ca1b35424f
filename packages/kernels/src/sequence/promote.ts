import { dtypeOf } from '../array.js';
import type { Dtype, NdArray } from '../types.js';

/** The dtype of a backward run: mixing gives float64 there too. */
export function promote(dtype: Dtype, ...gradients: readonly (NdArray | undefined)[]): Dtype {
  return gradients.some((gradient) => gradient && dtypeOf(gradient) === 'float64') ? 'float64' : dtype;
}
