/**
 * Ours again, as the judge of the others: with the default kernels, and for definitions that are not ours composed of the
 * graph's ops. Never timed.
 */

import { prepare as prepareOurs } from './retrograd.mjs';
import { importLibrary } from './support/library.mjs';
import { prepareResetAfter } from './support/reset-after.mjs';

export async function prepare(shape, tensors) {
  if (shape.definition === 'reset-after') {
    return { version: '', ops: prepareResetAfter(await importLibrary(), shape, tensors) };
  }
  return prepareOurs(shape, tensors, 'default');
}
