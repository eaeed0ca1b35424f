import { dtypeOf } from '../array.js';
import type { Dtype, NdArray } from '../types.js';

/**
 * The buffers of a run, in double precision when a gradient in double precision reaches a run in single precision: mixing
 * gives float64 in a backward pass too.
 */
export function promote<Tape extends { readonly dtype: Dtype }>(
  tape: Tape,
  ...gradients: readonly (NdArray | undefined)[]
): Tape {
  if (tape.dtype === 'float64') return tape;
  if (gradients.every((gradient) => gradient === undefined || dtypeOf(gradient) === 'float32')) return tape;
  const fields = Object.entries<unknown>({ ...tape }).map(([name, field]) => [
    name,
    field instanceof Float32Array ? Float64Array.from(field) : field,
  ]);
  return { ...Object.fromEntries(fields), dtype: 'float64' };
}
