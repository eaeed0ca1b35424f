import {
  type BlasDescription,
  type Dtype,
  type FloatData,
  type Kernels,
  kernelsOver,
  loadWasm,
  onThreads,
  product,
} from '@retrograd/kernels';
import { Choice } from './choice.js';
import { LibraryError } from './errors.js';
import type { Found } from './find.js';
import { type Products, within } from './products.js';
import { BlasSequence, type Decide } from './sequence.js';
import { waysOf } from './ways.js';

/** Multiplications from which a call of the library beats the plain kernels on ordinary arrays. */
const WORTH = 1 << 12;
/** Multiplications from which copying to WebAssembly memory would pay; below, it is the library or the plain kernels. */
const WORTH_COPYING = 1 << 14;

/** A kernel set whose products are a native library's. */
export interface BlasKernels extends Kernels {
  /** Tells the library how many threads to compute with; it does not follow the `setThreads` of all kernels from then on. */
  setThreads(n: number): void;
  gemm: NonNullable<Kernels['gemm']>;
}

/** The kernels over a library. @param always whether the library computes every product that it can, untimed */
export function kernelsWith({ library, wide, why }: Found, relaxed: boolean, always: boolean): BlasKernels {
  const loaded = loadWasm(relaxed, undefined, (memory, fused) => new BlasSequence(memory, fused));
  if (loaded === null) {
    const expected = 'an engine with WebAssembly SIMD, for everything but the products';
    throw new LibraryError('useBlas', 'the JavaScript engine', expected, 'one without');
  }
  const doubles = library.float64 === null ? wide : library;
  const readWays = (): Record<Dtype, readonly Products[]> => ({
    float32: waysOf(library, library.float32),
    float64: doubles === null ? [] : waysOf(doubles, doubles.float64),
  });
  let ways = readWays();
  const choice = new Choice(relaxed, (dtype) => ways[dtype]);
  const decide: Decide = always ? (dtype) => ways[dtype].at(-1) ?? null : choice.fastest.bind(choice);
  /** Whatever was timed and bound with other numbers of threads is void then. @param named as for a library */
  const tell = (n: number, named: boolean): void => {
    for (const each of [library, wide]) each?.setThreads(n, named);
    ways = readWays();
    choice.reset();
  };
  onThreads((n) => tell(n, false));
  const { sequence } = loaded;
  sequence.decide = decide;
  const base = kernelsOver(loaded);
  const describeAll = (): BlasDescription => {
    const description = library.describe(why);
    if (library.float64 !== null) return description;
    return { ...description, float64: wide?.describe(`${library.file} has no float64`) ?? null };
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
    setThreads: (n) => tell(n, true),
    gemm: (transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc) => {
      const dtype: Dtype = C instanceof Float64Array ? 'float64' : 'float32';
      const work = M * N * K;
      const usable = ways[dtype].length > 0 && work > 0 && within(transA, transB, M, N, K, lda, ldb, ldc);
      let native: Products | null = null;
      if (usable && (work >= WORTH || always)) {
        const small = work < WORTH_COPYING && !always;
        native = small ? ways[dtype][0] : decide(dtype, transA, transB, false, M, N, K);
      }
      if (native === null) {
        product(base, transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc);
        return;
      }
      const [a, b, c] = [from(A, aOffset), from(B, bOffset), from(C, cOffset)];
      native.ofArrays(transA, transB, M, N, K, a, lda, b, ldb, accumulate, c, ldc);
    },
  };
}

/** The part of an array from an entry on: a pointer to it, for a library. */
const from = (data: FloatData, offset: number): FloatData => (offset === 0 ? data : data.subarray(offset));
