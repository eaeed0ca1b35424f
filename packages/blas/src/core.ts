import { createRequire } from 'node:module';
import { type Dtype, MemoryError } from '@retrograd/kernels';
import type { Replacement } from '@retrograd/kernels/internal';
import type { Library } from './library.js';
import { bindProduct, type Product } from './products.js';

/** `gemm32` or `gemm64` of the core module (assembly/gemm.ts in packages/kernels), addresses and leading dimensions in bytes. */
type CoreProduct = (
  transA: boolean,
  transB: boolean,
  prepared: boolean,
  M: number,
  N: number,
  K: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  accumulate: boolean,
  c: number,
  ldc: number,
) => void;

/**
 * A library's product in the form of the core's. A prepared B is a dense one there.
 *
 * Worker threads are given the text of this function: it uses nothing that stands outside of it.
 * @param size    of an entry, in bytes
 * @param base    where the memory starts
 * @param failure what to throw when the library has no memory
 */
function coreProduct(
  product: Product,
  size: number,
  base: () => number,
  failure: (work: string) => Error,
): CoreProduct {
  return (transA, transB, prepared, M, N, K, a, lda, b, ldb, accumulate, c, ldc) => {
    const start = base();
    const call = {
      transA,
      transB,
      M,
      N,
      K,
      // A module gives addresses in signed integers.
      a: start + (a >>> 0),
      lda: lda / size,
      b: start + (b >>> 0),
      ldb: prepared ? N : ldb / size,
      accumulate,
      c: start + (c >>> 0),
      ldc: ldc / size,
    };
    // Sizes are checked before, so nothing but memory can be missing.
    if (!product(call)) throw failure(`a product of ${M} x ${N} x ${K}`);
  };
}

/**
 * The products of libraries, in place of those of the core module.
 * @param libraries for each dtype; null where WebAssembly is to compute
 * @param base      where the memory starts, at the moment
 */
export function replaceProducts(
  libraries: Readonly<Record<Dtype, Library | null>>,
  base: () => number,
): Replacement {
  const exports: Record<string, CoreProduct> = {};
  const settings: WorkerLibrary[] = [];
  for (const { dtype, name, letter, size } of FORMS) {
    const library = libraries[dtype];
    const product = library?.products(dtype)?.atAddresses;
    if (!library || !product) continue;
    exports[name] = coreProduct(product, size, base, noMemory);
    const { file, single } = library;
    settings.push({ name, letter, size, file, single });
  }
  const koffi = createRequire(import.meta.url).resolve('koffi');
  return { exports, source: WORKER_SOURCE, setting: { koffi, base: base(), libraries: settings } };
}

/** The library has no memory for its own work. */
export const noMemory = (work: string): MemoryError =>
  new MemoryError('kernels', 'memory', `able to hold ${work}`, 'too little');

const FORMS = [
  { dtype: 'float32', name: 'gemm32', letter: 's', size: 4 },
  { dtype: 'float64', name: 'gemm64', letter: 'd', size: 8 },
] as const;

/** How a worker makes one product of its own. */
interface WorkerLibrary {
  readonly name: string;
  readonly letter: string;
  readonly size: number;
  readonly file: string;
  /** The call that has the library compute with one thread: most count for the thread that makes it. */
  readonly single: Library['single'];
}

/** As `replaceProducts`, in a worker, whose memory is shared and so stays in its place. */
const WORKER_SOURCE = `
  // Tools that keep the names of functions call this within them.
  const __name = (fn) => fn;
  const bindProduct = ${bindProduct};
  const coreProduct = ${coreProduct};
  const noMemory = (work) => new Error('the library has no memory for ' + work);
  const koffi = process.getBuiltinModule('node:module').createRequire(setting.koffi)(setting.koffi);
  const exports = {};
  for (const { name, letter, size, file, single } of setting.libraries) {
    const library = koffi.load(file);
    if (single) library.func(single.name, 'void', [single.type])(single.value);
    exports[name] = coreProduct(bindProduct(library, letter, 'intptr_t'), size, () => setting.base, noMemory);
  }
  return exports;
`;
