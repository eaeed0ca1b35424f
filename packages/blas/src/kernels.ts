import type { BlasDescription, Dtype, FloatData, Kernels } from '@retrograd/kernels';
import { checkThreads, kernelsOver, loadWasm, product, threadsAsked } from '@retrograd/kernels/internal';
import { Choice } from './choice.js';
import { noMemory } from './core.js';
import { LibraryError } from './errors.js';
import type { Found } from './find.js';
import { within } from './products.js';
import { BlasSequence } from './sequence.js';

/** Multiplications from which a call of the library beats the plain kernels on ordinary arrays. */
const WORTH = 1 << 12;
/** Multiplications from which copying to WebAssembly memory would pay; below, it is the library or the plain kernels. */
const WORTH_COPYING = 1 << 14;
/** Multiplications for each entry copied from which threads that share a product make up for copying it to their memory. */
const WORTH_SHARING = 64;
/** Threads where nobody named a number: each has a JavaScript engine of its own, which takes some megabytes. */
const MOST_THREADS = 8;

/** A kernel set whose products are a native library's. */
export interface BlasKernels extends Kernels {
  /**
   * Has this set compute with n threads; it does not follow the `setThreads` of all kernels from then on.
   * @throws ValueError when n is not an integer from 1 to 64
   */
  setThreads(n: number): void;
  gemm: NonNullable<Kernels['gemm']>;
}

/** The kernels over a library. @param always whether the library computes every product that it can, untimed */
export function kernelsWith({ library, wide, why }: Found, relaxed: boolean, always: boolean): BlasKernels {
  const libraries = { float32: library, float64: library.float64 === null ? wide : library };
  let named: number | null = null;
  const concurrent = [library, wide].every((each) => each?.concurrent !== false);
  const wanted = (): number =>
    concurrent ? (named ?? threadsAsked() ?? Math.min(library.threads, MOST_THREADS)) : 1;
  const load = () =>
    loadWasm(relaxed, undefined, (memory, fused) => new BlasSequence(memory, fused, libraries, wanted));
  const loaded = load();
  if (loaded === null) {
    const expected = 'an engine with WebAssembly SIMD, for everything but the products';
    throw new LibraryError('useBlas', 'the JavaScript engine', expected, 'one without');
  }
  const { sequence } = loaded;
  const choice = new Choice(() => (load() as typeof loaded).sequence);
  sequence.decide = always ? () => true : choice.fastest;
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
    gemm: (transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc) => {
      const dtype: Dtype = C instanceof Float64Array ? 'float64' : 'float32';
      const native = libraries[dtype]?.products(dtype)?.ofArrays;
      const work = M * N * K;
      const worth = (always || work >= WORTH) && within(transA, transB, M, N, K, lda, ldb, ldc);
      const shared = sequence.wanted > 1 && work > WORTH_SHARING * (M * K + K * N + 2 * M * N);
      const faster = () => work < WORTH_COPYING || sequence.decide(dtype, transA, transB, false, M, N, K);
      if (!native || !worth || shared || !faster()) {
        // In the memory of the sequences, where it is decided once more who computes it.
        product(base, transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc);
        return;
      }
      const [a, b, c] = [from(A, aOffset), from(B, bOffset), from(C, cOffset)];
      if (!native(transA, transB, M, N, K, a, lda, b, ldb, accumulate, c, ldc)) {
        throw noMemory(`a product of ${M} x ${N} x ${K}`);
      }
    },
  };
}

/** The part of an array from an entry on: a pointer to it, for a library. */
const from = (data: FloatData, offset: number): FloatData => (offset === 0 ? data : data.subarray(offset));
