/**
 * A library's products inside of a worker thread. scripts/bundle-workers.mjs makes a string of this file,
 * which the kernels' worker runs: so nothing here may import a package.
 */
import { type CoreProduct, coreProduct } from './core-product.js';
import { bindProduct } from './products.js';

/** What a worker is told. The memory is shared, and so stays in its place. */
export interface WorkerProducts {
  /** File of the package koffi. */
  readonly koffi: string;
  /** Where the memory starts. */
  readonly base: number;
  readonly libraries: readonly WorkerLibrary[];
}

/** How a worker makes one product of its own. */
export interface WorkerLibrary {
  /** Of the core's product: gemm32 or gemm64. */
  readonly name: string;
  readonly letter: 's' | 'd';
  /** Of an entry, in bytes. */
  readonly size: number;
  readonly file: string;
  /**
   * The call after which the library computes with one thread: in most libraries it counts for the calling
   * thread only.
   */
  readonly single: { readonly name: string; readonly type: string; readonly value: number } | null;
}

/** The part of koffi that is used. */
interface Koffi {
  load(file: string): {
    func(name: string, result: string, args: string[]): (...args: readonly unknown[]) => unknown;
  };
}

/** The functions that override those of the core module. */
export function overridesOf({ koffi: file, base, libraries }: WorkerProducts): Record<string, CoreProduct> {
  const koffi: Koffi = process.getBuiltinModule('node:module').createRequire(file)(file);
  const overrides: Record<string, CoreProduct> = {};
  for (const { name, letter, size, file, single } of libraries) {
    const library = koffi.load(file);
    if (single) library.func(single.name, 'void', [single.type])(single.value);
    const product = bindProduct(library, letter, 'intptr_t');
    if (product) overrides[name] = coreProduct(product, size, () => base, noMemory);
  }
  return overrides;
}

const noMemory = (work: string): Error => new Error(`the library has no memory for ${work}`);
