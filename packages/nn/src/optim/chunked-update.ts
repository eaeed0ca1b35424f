import type { FloatData } from '@retrograd/arrays';
import { currentKernels, type RowFunction, type SequenceKernels } from '@retrograd/kernels';
import { withBlocks } from '@retrograd/kernels/internal';

/** Parameters below which copying to WebAssembly memory and back costs more than it saves. */
const FEW = 1 << 10;
/** Parameters at a time: their arrays fit the second-level cache. */
const MANY = 1 << 14;
/** Arrays start at multiples of so many entries, of cache lines. */
const LINE = 16;

/**
 * Updates arrays in WebAssembly, where that is faster.
 * @param ruleOf   the rule on a kernel set; null where the kernels work on ordinary arrays
 * @param arrays   of one length: the gradient, which is left alone, and what is updated, in whose dtype it is computed
 * @param settings follow the arrays among the rule's arguments
 * @returns whether it was done
 */
export function updateInPieces(
  ruleOf: (kernels: SequenceKernels) => RowFunction | null,
  arrays: readonly FloatData[],
  settings: readonly number[],
): boolean {
  const { sequence } = currentKernels();
  const [{ length }, updated] = arrays;
  const rule = length < FEW ? null : ruleOf(sequence);
  if (rule === null) return false;
  const dtype = updated instanceof Float64Array ? 'float64' : 'float32';
  const n = Math.min(length, MANY);
  const apart = Math.ceil(n / LINE) * LINE;
  const behind = arrays.length * apart;
  withBlocks(sequence, dtype, { all: behind + settings.length }, ({ all }) => {
    all.data.set(settings, behind);
    const addresses = [...arrays, settings].map((_, i) => all.pointer(i * apart));
    for (let from = 0; from < length; from += n) {
      const to = Math.min(from + n, length);
      arrays.forEach((array, i) => all.data.set(array.subarray(from, to), i * apart));
      rule(dtype, to - from, 1, addresses);
      arrays.forEach((array, i) => {
        if (i > 0) array.set(all.data.subarray(i * apart, i * apart + to - from), from);
      });
    }
  });
  return true;
}
