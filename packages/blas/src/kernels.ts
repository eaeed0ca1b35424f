import type { ArrayMatrix, BlasDescription, Dtype, FloatData, Kernels } from '@retrograd/kernels';
import { checkThreads, kernelsOver, loadWasm } from '@retrograd/kernels/internal';
import { Autotuner } from './autotune.js';
import { LibraryError } from './errors.js';
import type { Found } from './find.js';
import { noMemory } from './overrides.js';
import { within } from './products.js';
import { BlasSequence } from './sequence.js';

/** Multiplications from which calling the library is faster than the plain kernels on ordinary arrays. */
const WORTH = 1 << 12;
/**
 * Multiplications from which copying to WebAssembly memory may pay; below, the library or the plain kernels
 * compute.
 */
const WORTH_COPYING = 1 << 14;
/**
 * Multiplications for each entry from which splitting a product among threads pays for copying it to their
 * memory.
 */
const WORTH_SHARING = 64;
/** The most threads by default: each has a JavaScript engine of its own, which takes some megabytes. */
const MOST_THREADS = 8;

/** A kernel set whose products are a native library's. */
export interface BlasKernels extends Kernels {
  /**
   * This set computes with n threads from now on, whatever `setThreads` of all kernels is called with.
   * @throws ValueError when n is not an integer from 1 to 64
   */
  setThreads(n: number): void;
}

/**
 * The kernels with a library.
 * @param always whether the library computes every product that it can, without timing
 */
export function kernelsWith({ library, wide, why }: Found, relaxed: boolean, always: boolean): BlasKernels {
  const libraries = { float32: library, float64: library.float64 === null ? wide : library };
  let named: number | null = null;
  const concurrent = [library, wide].every((each) => each?.concurrent !== false);
  const threadsFor = (asked: number | null): number =>
    concurrent ? (named ?? asked ?? Math.min(library.threads, MOST_THREADS)) : 1;
  const load = () =>
    loadWasm(relaxed, undefined, (memory, fused) => new BlasSequence(memory, fused, libraries, threadsFor));
  const loaded = load();
  if (loaded === null) {
    const expected = 'an engine with WebAssembly SIMD, for everything but the products';
    throw new LibraryError('useBlas', 'the JavaScript engine', expected, 'one without');
  }
  const { sequence } = loaded;
  const autotuner = new Autotuner(() => (load() as typeof loaded).sequence);
  sequence.decide = always ? () => true : autotuner.decide;
  const base = kernelsOver(loaded);
  const describeAll = (): BlasDescription => {
    const description = library.describe(why, sequence.wanted);
    if (library.float64 !== null) return description;
    const float64 = wide?.describe(`${library.file} has no float64`, sequence.wanted) ?? null;
    return { ...description, float64 };
  };
  return {
    ...base,
    name: 'blas',
    get why() {
      const { kind, why: reason } = describeAll();
      return `products by ${kind} (${library.file}, ${reason}); all else by ${base.why}`;
    },
    get blas() {
      return describeAll();
    },
    setThreads(n) {
      checkThreads('kernels.setThreads', 'n', n);
      named = n;
      sequence.adaptThreads();
    },
    multiply: (A, B, C, { transA = false, transB = false, accumulate = false } = {}) => {
      const options = { transA, transB, accumulate };
      const dtype: Dtype = C.data instanceof Float64Array ? 'float64' : 'float32';
      const native = libraries[dtype]?.products(dtype)?.ofArrays;
      const { rows: M, columns: N } = C;
      const K = transA ? A.rows : A.columns;
      const work = M * N * K;
      const worth = (always || work >= WORTH) && within(A, B, C, options);
      const shared = sequence.wanted > 1 && work > WORTH_SHARING * (M * K + K * N + 2 * M * N);
      const faster = () =>
        work < WORTH_COPYING || sequence.decide({ dtype, transA, transB, packed: false, M, N, K });
      if (!native || !worth || shared || !faster()) {
        // In WebAssembly memory, where the sequence kernels decide again what computes it.
        base.multiply(A, B, C, options);
        return;
      }
      const [a, b, c] = [firstOf(A), firstOf(B), firstOf(C)];
      const call = { ...options, M, N, K, a, lda: A.ld, b, ldb: B.ld, c, ldc: C.ld };
      if (!native(call)) throw noMemory(`a product of ${M} x ${N} x ${K}`);
    },
  };
}

/** The array from a matrix's first entry on: a pointer to it, for a library. */
const firstOf = ({ data, at }: ArrayMatrix): FloatData => (at === 0 ? data : data.subarray(at));
