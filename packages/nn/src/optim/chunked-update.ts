import type { FloatData } from '@retrograd/arrays';
import { currentKernels, type RowFunction, type SequenceKernels } from '@retrograd/kernels';
import { withBlocks } from '@retrograd/kernels/internal';

/** Entries below which copying to WebAssembly memory and back costs more than it saves. */
const MIN_LENGTH = 1 << 10;
/** Entries of a chunk, whose arrays fit the second-level cache. */
const CHUNK = 1 << 14;
/** Entries of a cache line; every array starts at a multiple of it. */
const LINE = 16;

/**
 * Updates a parameter in WebAssembly, chunk by chunk, if that is faster.
 * @param ruleOf   the rule on a kernel set; null where the kernels work on ordinary arrays
 * @param arrays   of one length: the gradient, which is only read, then the arrays to update, in whose dtype
 *                 it is computed
 * @param settings the rule's numbers, its last argument
 * @returns false if the arrays are unchanged, and the caller updates them in TypeScript
 */
export function updateInChunks(
  ruleOf: (kernels: SequenceKernels) => RowFunction | null,
  arrays: readonly FloatData[],
  settings: readonly number[],
): boolean {
  const { sequence } = currentKernels();
  const [{ length }, updated] = arrays;
  const rule = length < MIN_LENGTH ? null : ruleOf(sequence);
  if (rule === null) return false;
  const dtype = updated instanceof Float64Array ? 'float64' : 'float32';
  const n = Math.min(length, CHUNK);
  const spacing = Math.ceil(n / LINE) * LINE;
  const settingsAt = arrays.length * spacing;
  withBlocks(sequence, dtype, { all: settingsAt + settings.length }, ({ all }) => {
    all.data.set(settings, settingsAt);
    const addresses = [...arrays, settings].map((_, i) => all.pointer(i * spacing));
    for (let from = 0; from < length; from += n) {
      const to = Math.min(from + n, length);
      arrays.forEach((array, i) => all.data.set(array.subarray(from, to), i * spacing));
      rule(dtype, to - from, 1, addresses);
      arrays.forEach((array, i) => {
        if (i > 0) array.set(all.data.subarray(i * spacing, i * spacing + to - from), from);
      });
    }
  });
  return true;
}
