import { othersSpin } from '@retrograd/kernels';
import type { Library } from './library.js';
import type { Product, Products } from './products.js';

/** Milliseconds that a library's threads spin after a product before they sleep: OpenBLAS's 2^26 ticks of the processor's clock. */
export const SPIN = 30;

/**
 * The ways in which a library can compute a product: with one thread, and with as many as it has. A product that waits for memory,
 * as with a single row, or one that is small, is often faster with one.
 * @returns fewest threads first; one way only where the library has one thread or does not take a number
 */
export function waysOf(library: Library, products: Products | null): readonly Products[] {
  if (products === null) return [];
  const { threads } = library;
  if (threads === null) return [products];
  const choices = threads > 1 ? [false, true] : [false];
  return choices.map((all) => ({
    atAddresses: withThreads(library, all, products.atAddresses),
    ofArrays: withThreads(library, all, products.ofArrays),
  }));
}

function withThreads(library: Library, all: boolean, product: Product): Product {
  return (...args) => {
    library.engage(all);
    product(...args);
    if (all) othersSpin(SPIN);
  };
}
