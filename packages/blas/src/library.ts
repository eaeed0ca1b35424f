import { availableParallelism } from 'node:os';
import { type BlasDescription, type Dtype, threadsAsked } from '@retrograd/kernels';
import type { LibraryHandle } from 'koffi';
import { findFault } from './check.js';
import { betterCores, cpuInfo } from './cpu.js';
import { LibraryError } from './errors.js';
import { type Family, familyOf } from './families.js';
import { ask, fileOf, find, type Native, open, pin, withVariable } from './native.js';
import { bindProducts, type Products } from './products.js';

/** A library that was loaded, found right, and stays until the process ends. */
export class Library {
  readonly float32: Products;
  /** Null for oneDNN, which has float32 only. */
  readonly float64: Products | null;
  readonly file: string;
  private readonly family: Family;
  private readonly setCount: Native | null;
  /** Whether the number of threads was meant for this library alone. */
  private named = false;
  private most: number | null = null;
  private engaged: number | null = null;

  private constructor(
    private readonly handle: LibraryHandle,
    asked: string,
    private readonly coreNote: string,
  ) {
    const family = familyOf(handle);
    const float32 = bindProducts(handle, 'float32');
    pin(asked);
    this.file = fileOf(handle, family?.sign ?? '') ?? asked;
    if (family === null || float32 === null) throw this.refuse(withoutProducts(handle));
    if (family.wideIntegers(handle)) throw this.refuse('one with 64-bit integers (ILP64)');
    this.family = family;
    this.float32 = float32;
    this.float64 = bindProducts(handle, 'float64');
    if (family.name !== 'oneDNN' && this.float64 === null) throw this.refuse('one without cblas_dgemm');
    for (const dtype of ['float32', 'float64'] as const) {
      const products = this.products(dtype);
      const fault = products && findFault(products.ofArrays, dtype);
      if (fault) throw this.refuse(`one that computes wrongly (${fault})`);
    }
    const integer = family.name === 'BLIS' ? 'intptr_t' : 'int';
    this.setCount = find(handle, family.setThreads, 'void', [integer]);
    if (family.name === 'BLIS' && !blisThreadsChosen()) this.setThreads(availableParallelism(), false);
    else this.readThreads();
    const all = threadsAsked();
    if (all !== null) this.setThreads(all, false);
  }

  /**
   * Loads a library, or gives the one that was loaded from there before.
   * @returns null with the loader's words when there is no such file
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

  /** The most threads that it computes with; null when it does not tell. */
  get threads(): number | null {
    return this.most;
  }

  /**
   * Has it compute with n threads from now on.
   * @param named whether the number is meant for it alone; then it no longer follows the one for all kernels
   */
  setThreads(n: number, named: boolean): void {
    if (this.named && !named) return;
    this.named ||= named;
    this.setCount?.(this.family.name === 'Apple Accelerate' ? Number(n === 1) : n);
    this.readThreads();
  }

  /** Has the next products computed with all of its threads, or with one, where it tells how many it has. */
  engage(all: boolean): void {
    const count = all ? this.most : 1;
    if (count === null || count === this.engaged) return;
    this.setCount?.(count);
    this.engaged = count;
  }

  /** It may have fewer than it was told. */
  private readThreads(): void {
    this.most = ask(this.handle, this.family.getThreads, 'int') as number | null;
    this.engaged = this.most;
  }

  describe(found: string): BlasDescription {
    const { file, family, handle, threads } = this;
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

/** OpenBLAS reads its thread count and core type while it is being loaded, so a better core type means loading it again. */
function withGoodCore(handle: LibraryHandle, file: string): [LibraryHandle, string, string] {
  const core = ask(handle, 'openblas_get_corename', 'const char *') as string | null;
  if (core === null || process.env.OPENBLAS_CORETYPE !== undefined) return [handle, file, ''];
  let current = handle;
  for (const better of betterCores(core, cpuInfo())) {
    // Nothing has been computed with it yet, so nobody misses what is unloaded.
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

const blisThreadsChosen = (): boolean =>
  ['BLIS_NUM_THREADS', 'BLIS_JC_NT', 'BLIS_IC_NT', 'BLIS_JR_NT', 'OMP_NUM_THREADS'].some(
    (name) => process.env[name] !== undefined,
  );
