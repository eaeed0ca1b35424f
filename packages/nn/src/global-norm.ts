import type { NdArray } from '@retrograd/arrays';
import { checkArrays, scaledNorm } from '@retrograd/arrays/internal';

/**
 * The Euclidean norm of all entries of all gradients together, as if they were one long vector: the norm by
 * which `clipGradients` and `fit` clip. The squares of large entries do not overflow, and those of small
 * entries do not vanish.
 * @param gradients arrays of any shapes and dtypes
 * @returns the norm: 0 for an empty list, NaN when an entry is NaN, else Infinity when one is infinite or the
 *          norm exceeds the largest double
 * @throws DtypeError when gradients is not a list of float ndarrays
 */
export function globalNorm(gradients: readonly NdArray[]): number {
  checkArrays('globalNorm', 'gradients', gradients);
  const [scale, root] = scaledNorm(gradients);
  return scale * root;
}
