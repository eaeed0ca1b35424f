import { createRequire } from 'node:module';
import { type Dtype, MemoryError } from '@retrograd/kernels';
import type { ImportOverrides } from '@retrograd/kernels/internal';
import { workerProductsSource } from './bundled/worker-products.js';
import { type CoreProduct, coreProduct } from './core-product.js';
import type { Library } from './library.js';
import type { WorkerLibrary, WorkerProducts } from './worker-products.js';

/**
 * The products of libraries, in place of those of the core module.
 * @param libraries for each dtype; null where WebAssembly is to compute
 * @param base      where the memory starts, at the moment
 */
export function overrideProducts(
  libraries: Readonly<Record<Dtype, Library | null>>,
  base: () => number,
): ImportOverrides {
  const exports: Record<string, CoreProduct> = {};
  const inWorkers: WorkerLibrary[] = [];
  for (const { dtype, name, letter, size } of FORMS) {
    const library = libraries[dtype];
    const product = library?.products(dtype)?.atAddresses;
    if (!library || !product) continue;
    exports[name] = coreProduct(product, size, base, noMemory);
    const { file, single } = library;
    inWorkers.push({ name, letter, size, file, single });
  }
  const koffi = createRequire(import.meta.url).resolve('koffi');
  const setting: WorkerProducts = { koffi, base: base(), libraries: inWorkers };
  return { exports, source: workerProductsSource, setting };
}

/** The library has no memory for its own work. */
export const noMemory = (work: string): MemoryError =>
  new MemoryError('kernels', 'memory', `able to hold ${work}`, 'too little');

const FORMS = [
  { dtype: 'float32', name: 'gemm32', letter: 's', size: 4 },
  { dtype: 'float64', name: 'gemm64', letter: 'd', size: 8 },
] as const;
