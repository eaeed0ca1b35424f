import type { Dtype, FloatData } from '@retrograd/kernels';

/**
 * Zeros for n entries, with a buffer of their own: callers transfer buffers, read their bytes, or keep one
 * array of many.
 */
export function allocate(dtype: Dtype, n: number): FloatData {
  return dtype === 'float64' ? new Float64Array(n) : new Float32Array(n);
}
