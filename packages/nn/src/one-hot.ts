import { type DtypeOption, type IndexArray, type NdArray, wrap } from '@retrograd/arrays';
import { allocate, readTargets } from '@retrograd/arrays/internal';

/**
 * Indices as vectors with a single 1.
 * @param indices integers from 0 to size - 1, of any shape
 * @param size    V
 * @returns (…, V), `indices.shape` followed by V; float64 unless options has another dtype
 * @throws DtypeError when indices is not an array of numbers, ValueError when an index is not an integer from
 *         0 to V - 1
 */
export function oneHot(indices: IndexArray, size: number, options: DtypeOption = {}): NdArray {
  const hot = readTargets('oneHot', 'indices', indices, indices.shape, size, null);
  const data = allocate(options.dtype ?? 'float64', hot.length * size);
  for (let i = 0; i < hot.length; i++) data[i * size + hot[i]] = 1;
  return wrap(data, [...indices.shape, size]);
}
