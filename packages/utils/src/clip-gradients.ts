import { copy, type NdArray, ValueError } from '@retrograd/arrays';
import { describe } from '@retrograd/arrays/internal';
import { checkGradients, scaledNorm } from './global-norm.js';

/**
 * Clips gradients by their global norm: when ‖gradients‖ > maxNorm, every entry is multiplied by maxNorm / ‖gradients‖, so
 * that the direction stays and the norm becomes maxNorm. Else the answer is a copy, the same to the last bit. Pascanu,
 * Mikolov, Bengio 2013, "On the difficulty of training recurrent neural networks", algorithm 1.
 *
 *     clipGradients([array([3, 4])], 2.5)   // norm 5: [1.5, 2]
 *
 * @param gradients arrays of any shapes and dtypes, each keeps its own
 * @param maxNorm   largest norm allowed, above 0; Infinity for no limit
 * @returns new arrays in the same order; the arguments are left alone
 * @throws DtypeError when gradients is not a list of float ndarrays
 * @throws ValueError when an entry is NaN or infinite, or maxNorm is NaN or not above 0
 */
export function clipGradients(gradients: readonly NdArray[], maxNorm: number): NdArray[] {
  checkGradients('clipGradients', gradients);
  if (typeof maxNorm !== 'number' || !(maxNorm > 0)) {
    throw new ValueError('clipGradients', 'maxNorm', 'a number > 0', describe(maxNorm));
  }
  const norm = scaledNorm(gradients);
  if (!Number.isFinite(norm[1])) throw notFinite(gradients);
  const clipped = gradients.map((gradient) => copy(gradient));
  limitNorm(clipped, norm, maxNorm);
  return clipped;
}

/**
 * Clips in place, where nobody else holds the arrays.
 * @param gradients dense
 * @param norm      theirs, finite, from `scaledNorm`
 */
export function limitNorm(
  gradients: readonly NdArray[],
  [scale, root]: readonly [scale: number, root: number],
  maxNorm: number,
): void {
  if (!(scale * root > maxNorm)) return;
  // gradient · (maxNorm / norm), grouped so that no factor leaves the range of normal numbers.
  const factor = maxNorm / root;
  for (const { data } of gradients) {
    if (scale === 1) for (let i = 0; i < data.length; i++) data[i] *= factor;
    else for (let i = 0; i < data.length; i++) data[i] = (data[i] / scale) * factor;
  }
}

function notFinite(gradients: readonly NdArray[]): ValueError {
  for (let k = 0; k < gradients.length; k++) {
    const bad = copy(gradients[k]).data.find((entry) => !Number.isFinite(entry));
    if (bad !== undefined) return new ValueError('clipGradients', `gradients[${k}]`, 'finite', String(bad));
  }
  return new ValueError('clipGradients', 'gradients', 'finite', 'a norm that is not');
}
