import { DtypeError, type Kernels, useKernels } from '@retrograd/kernels';
import { checkThreads, describe } from '@retrograd/kernels/internal';
import { findLibrary } from './find.js';
import { type BlasKernels, kernelsWith } from './kernels.js';

export { installAdvice } from './candidates.js';
export { betterCores } from './cpu.js';
export { LibraryError } from './errors.js';
export type { BlasKernels } from './kernels.js';

export interface BlasOptions {
  /**
   * The library: a path, a file name that the system's loader finds, or a family, 'accelerate', 'mkl',
   * 'onednn', 'openblas' or 'blis'. Default: what the environment variable RETROGRAD_BLAS says in the same
   * words, else the first one installed.
   */
  library?: string;
  /**
   * Threads of these kernels, from 1 to 64, each of which has the library compute with one of its own.
   * Default: as many as `setThreads` was called with; as long as it was not, as many as the library would
   * use, for BLIS one a core, 8 at most.
   */
  threads?: number;
  /**
   * Whether the library computes every product that it can. By default each size is timed once, and goes to
   * the WebAssembly kernels where they are faster; which of the two it is may differ from one run of a
   * program to the next, and with it the last bits. Default false.
   */
  always?: boolean;
  /** Whether the WebAssembly kernels may use relaxed SIMD. Default true. */
  relaxed?: boolean;
}

const made = new Map<string, BlasKernels>();

/**
 * Has all packages compute matrix products with a native library from now on, and everything else as
 * WebAssembly does.
 * @returns the kernels used before, which `useKernels` takes back
 * @throws LibraryError when there is no library, or the one named cannot be used
 * @throws ValueError when `threads` is not such a number
 */
export function useBlas(options: BlasOptions = {}): Kernels {
  return useKernels(blasKernels(options));
}

/** The kernels that `useBlas` would use. They are the same ones for the same library and options. */
export function blasKernels(options: BlasOptions = {}): BlasKernels {
  const { library, threads, always = false, relaxed = true } = options;
  if (library !== undefined && (typeof library !== 'string' || library === '')) {
    throw new DtypeError('useBlas', 'library', 'a path or a name', describe(library));
  }
  if (threads !== undefined) checkThreads('useBlas', 'threads', threads);
  const found = findLibrary(library);
  const key = JSON.stringify([found.library.file, found.why, always, relaxed]);
  let kernels = made.get(key);
  if (kernels === undefined) {
    kernels = kernelsWith(found, relaxed, always);
    made.set(key, kernels);
  }
  if (threads !== undefined) kernels.setThreads(threads);
  return kernels;
}
