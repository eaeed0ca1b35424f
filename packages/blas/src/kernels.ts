import {
  type BlasDescription,
  type Dtype,
  type FloatData,
  type Kernels,
  kernelsOver,
  loadWasm,
  gemm as plainGemm,
} from '@retrograd/kernels';
import { Choice } from './choice.js';
import { LibraryError } from './errors.js';
import type { Found } from './find.js';
import { within } from './products.js';
import { BlasSequence, type Decide } from './sequence.js';

/** Multiplications from which a call of the library beats the plain kernels on ordinary arrays. */
const WORTH = 1 << 12;
/** Multiplications from which copying to WebAssembly memory would pay; below, it is the library or the plain kernels. */
const WORTH_COPYING = 1 << 14;

/** A kernel set whose products are a native library's. */
export interface BlasKernels extends Kernels {
  /** Tells the library how many threads to compute with. */
  setThreads(n: number): void;
}

/** The kernels over a library. @param always whether the library computes every product that it can, untimed */
export function kernelsWith({ library, wide, why }: Found, relaxed: boolean, always: boolean): BlasKernels {
  const loaded = loadWasm(relaxed, undefined, (memory, fused) => new BlasSequence(memory, fused));
  if (loaded === null) {
    const expected = 'an engine with WebAssembly SIMD, for everything but the products';
    throw new LibraryError('useBlas', 'the JavaScript engine', expected, 'one without');
  }
  const products = { float32: library.float32, float64: library.float64 ?? wide?.float64 ?? null };
  const product = (dtype: Dtype) => products[dtype]?.atAddresses ?? null;
  const choice = new Choice(relaxed, product);
  const decide: Decide = always ? () => true : choice.prefersLibrary.bind(choice);
  const { sequence } = loaded;
  sequence.product = product;
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
    setThreads(n) {
      library.threads = n;
      if (wide !== null) wide.threads = n;
      choice.reset();
    },
    gemm: (transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc) => {
      const dtype: Dtype = C instanceof Float64Array ? 'float64' : 'float32';
      const native = products[dtype]?.ofArrays;
      const work = M * N * K;
      const usable = native && work > 0 && within(transA, transB, M, N, K, lda, ldb, ldc);
      if (!usable || (work < WORTH && !always)) {
        const { gemm } = work < WORTH ? { gemm: plainGemm } : base;
        gemm(transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc);
        return;
      }
      if (work >= WORTH_COPYING && !decide(dtype, transA, transB, false, M, N, K)) {
        base.gemm(transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc);
        return;
      }
      const [a, b, c] = [from(A, aOffset), from(B, bOffset), from(C, cOffset)];
      native(transA, transB, M, N, K, a, lda, b, ldb, accumulate, c, ldc);
    },
  };
}

/** The part of an array from an entry on: a pointer to it, for a library. */
const from = (data: FloatData, offset: number): FloatData => (offset === 0 ? data : data.subarray(offset));
