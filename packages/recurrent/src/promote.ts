import type { Dtype, NdArray } from '@retrograd/arrays';
import { dtypeOf } from '@retrograd/arrays';

/** The dtype of a backward run: mixing gives float64 there too. */
export function promote(dtype: Dtype, ...gradients: readonly (NdArray | undefined)[]): Dtype {
  return gradients.some((gradient) => gradient && dtypeOf(gradient) === 'float64') ? 'float64' : dtype;
}
