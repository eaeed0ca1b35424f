import type { Dtype, FloatData } from './types.js';

/** Zeros for `n` entries, in a buffer of their own: users transfer buffers, read their bytes, or keep one array of many. */
export function allocate(dtype: Dtype, n: number): FloatData {
  return dtype === 'float64' ? new Float64Array(n) : new Float32Array(n);
}
