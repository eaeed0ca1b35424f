import { availableParallelism } from 'node:os';
import type { BlasDescription, Dtype } from '@retrograd/kernels';
import type { LibraryHandle } from 'koffi';
import { findFault } from './check.js';
import { betterCores, cpuInfo } from './cpu.js';
import { LibraryError } from './errors.js';
import { type Family, familyOf } from './families.js';
import { ask, fileOf, find, open, pin, withVariable } from './native.js';
import { bindProduct, type Product } from './products.js';

/** Products on addresses, and on ordinary arrays. */
interface Products {
  readonly atAddresses: Product;
  readonly ofArrays: Product;
}

/**
 * A library that is loaded and checked, and stays until the process ends. It computes with one thread from
 * now on.
 */
export class Library {
  readonly float32: Products;
  /** Null for oneDNN, which has float32 only. */
  readonly float64: Products | null;
  readonly file: string;
  /** Threads that it would use by itself. */
  readonly threads: number;
  /** Whether several threads may call it at the same time. */
  readonly concurrent: boolean;
  /** The call that makes it compute with one thread; null where there is none. */
  readonly single: { readonly name: string; readonly type: string; readonly value: number } | null;
  private readonly family: Family;

  private constructor(
    private readonly handle: LibraryHandle,
    asked: string,
    private readonly coreNote: string,
  ) {
    const family = familyOf(handle);
    const float32 = bindProducts(handle, 's');
    pin(asked);
    this.file = fileOf(handle, family?.sign ?? '') ?? asked;
    if (family === null || float32 === null) throw this.refuse(withoutProducts(handle));
    if (family.wideIntegers(handle)) throw this.refuse('one with 64-bit integers (ILP64)');
    this.family = family;
    this.float32 = float32;
    this.float64 = bindProducts(handle, 'd');
    if (family.name !== 'oneDNN' && this.float64 === null) throw this.refuse('one without cblas_dgemm');
    for (const dtype of ['float32', 'float64'] as const) {
      const products = this.products(dtype);
      const fault = products && findFault(products.ofArrays, dtype);
      if (fault) throw this.refuse(`one that computes wrongly (${fault})`);
    }
    this.threads = ownThreads(family, handle);
    this.concurrent = family.concurrent(handle);
    this.single = singleThread(family, handle);
    if (this.single !== null) find(handle, this.single.name, 'void', [this.single.type])?.(this.single.value);
  }

  /**
   * Loads a library; returns the same one when the file is loaded already.
   * @returns null with the loader's message when there is no such file
   * @throws LibraryError when it is not a BLAS that can be used
   */
  static load(file: string): { library: Library | null; problem: string } {
    const before = loaded.get(file);
    if (before !== undefined) return { library: before, problem: '' };
    const { library: handle, problem } = open(file);
    if (handle === null) return { library: null, problem };
    const library = new Library(...withGoodCore(handle, file));
    loaded.set(file, library);
    return { library, problem };
  }

  products(dtype: Dtype): Products | null {
    return dtype === 'float32' ? this.float32 : this.float64;
  }

  /** @param threads that the kernels compute products with */
  describe(found: string, threads: number): BlasDescription {
    const { file, family, handle } = this;
    const [version, core] = [family.version(handle), family.core(handle)];
    const why = this.coreNote ? `${found}; ${this.coreNote}` : found;
    return { kind: family.name, library: file, version, core, threads, why };
  }

  private refuse(actual: string): LibraryError {
    const expected = 'a BLAS with CBLAS functions and 32-bit integers, or oneDNN';
    return new LibraryError('useBlas', 'library', expected, `${this.file}, ${actual}`);
  }
}

const loaded = new Map<string, Library>();

function withoutProducts(handle: LibraryHandle): string {
  const wide = ['cblas_sgemm64_', 'cblas_sgemm_64', 'cblas_sgemm_64_'];
  const found = wide.find((name) => find(handle, name, 'void', []) !== null);
  return found
    ? `one with 64-bit integers (ILP64: it has ${found})`
    : 'one without cblas_sgemm and cblas_sgemv';
}

/**
 * OpenBLAS reads its thread count and core type while it is being loaded, so a better core type means loading
 * it again.
 */
function withGoodCore(handle: LibraryHandle, file: string): [LibraryHandle, string, string] {
  const core = ask(handle, 'openblas_get_corename', 'const char *') as string | null;
  if (core === null || process.env.OPENBLAS_CORETYPE !== undefined) return [handle, file, ''];
  let current = handle;
  for (const better of betterCores(core, cpuInfo())) {
    // Nothing was computed with it yet, so it can be unloaded.
    current.unload();
    const again = withVariable('OPENBLAS_CORETYPE', better, () => open(file)).library;
    if (again === null) throw new LibraryError('useBlas', 'library', 'there at every look', `${file}, gone`);
    current = again;
    const now = ask(current, 'openblas_get_corename', 'const char *') as string | null;
    if (betterCores(now, cpuInfo()).length === 0) {
      return [current, file, `core type set to ${better}: OpenBLAS took this processor for ${core}`];
    }
  }
  return [current, file, ''];
}

function bindProducts(library: LibraryHandle, letter: 's' | 'd'): Products | null {
  const atAddresses = bindProduct(library, letter, 'intptr_t');
  const ofArrays = bindProduct(library, letter, 'void *');
  return atAddresses && ofArrays && { atAddresses, ofArrays };
}

/**
 * The library's own number; the number of cores where it has none. BLIS's own number is 1 unless a variable
 * sets it.
 */
function ownThreads(family: Family, handle: LibraryHandle): number {
  const cores = availableParallelism();
  if (family.name === 'BLIS' && !blisThreadsChosen()) return cores;
  const said = ask(handle, family.getThreads, 'int') as number | null;
  return Math.max(1, said ?? cores);
}

function singleThread({ name, setThreads }: Family, handle: LibraryHandle): Library['single'] {
  const type = name === 'BLIS' ? 'intptr_t' : 'int';
  return find(handle, setThreads, 'void', [type]) && { name: setThreads, type, value: 1 };
}

const blisThreadsChosen = (): boolean =>
  ['BLIS_NUM_THREADS', 'BLIS_JC_NT', 'BLIS_IC_NT', 'BLIS_JR_NT', 'OMP_NUM_THREADS'].some(
    (name) => process.env[name] !== undefined,
  );
