import { copy, type NdArray, ValueError } from '@retrograd/arrays';
import { checkArrays, clipToNorm, describe, scaledNorm } from '@retrograd/arrays/internal';

/**
 * Clips gradients by their global norm: when ‖gradients‖ > maxNorm, every entry is multiplied by maxNorm /
 * ‖gradients‖, so that the direction stays and the norm becomes maxNorm. Otherwise the result is an exact
 * copy. Pascanu, Mikolov, Bengio 2013, "On the difficulty of training recurrent neural networks", algorithm
 * 1.
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
  checkArrays('clipGradients', 'gradients', gradients);
  if (typeof maxNorm !== 'number' || !(maxNorm > 0)) {
    throw new ValueError('clipGradients', 'maxNorm', 'a number > 0', describe(maxNorm));
  }
  const norm = scaledNorm(gradients);
  if (!Number.isFinite(norm[1])) throw notFinite(gradients);
  const clipped = gradients.map((gradient) => copy(gradient));
  clipToNorm(clipped, norm, maxNorm);
  return clipped;
}

function notFinite(gradients: readonly NdArray[]): ValueError {
  for (let k = 0; k < gradients.length; k++) {
    const bad = copy(gradients[k]).data.find((entry) => !Number.isFinite(entry));
    if (bad !== undefined) return new ValueError('clipGradients', `gradients[${k}]`, 'finite', String(bad));
  }
  return new ValueError('clipGradients', 'gradients', 'finite', 'a norm that is not');
}
