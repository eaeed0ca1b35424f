/**
 * Ours again, as the judge of the others: with the default kernels, and for definitions that are not ours
 * composed of the graph's ops. Never timed.
 */
import { prepare as prepareOurs } from './retrograd.mjs';
import { prepareDefinition } from './support/definitions.mjs';
import { importLibrary } from './support/library.mjs';

export async function prepare(shape, tensors) {
  if (shape.definition === undefined) return prepareOurs(shape, tensors, 'default');
  return { version: '', ops: prepareDefinition(await importLibrary(), shape, tensors) };
}
