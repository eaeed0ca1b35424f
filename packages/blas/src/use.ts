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
   * A path, a file name that the system's loader finds, or a family: 'accelerate', 'mkl', 'onednn',
   * 'openblas' or 'blis'. Default: the environment variable RETROGRAD_BLAS, in the same form; else the first
   * library that is installed.
   */
  library?: string;
  /**
   * Threads of these kernels, from 1 to 64. Each of them calls the library, which computes with that one
   * thread. Default: the number that `setThreads` was called with; before that, as many as the library would
   * use (BLIS: one for each core), 8 at most.
   */
  threads?: number;
  /**
   * Whether the library computes every product that it can. Default false: each size is timed once, and the
   * faster of library and WebAssembly computes it from then on. Which one that is may differ between two runs
   * of a program, and with it the last bits.
   */
  always?: boolean;
  /** Whether the WebAssembly kernels may use relaxed SIMD. Default true. */
  relaxed?: boolean;
}

const made = new Map<string, BlasKernels>();

/**
 * All packages compute matrix products with a native library from now on, and everything else with
 * WebAssembly.
 * @returns the kernels used before, which `useKernels` takes back
 * @throws LibraryError when there is no library, or the one named cannot be used
 * @throws ValueError when `threads` is not such a number
 */
export function useBlas(options: BlasOptions = {}): Kernels {
  return useKernels(blasKernels(options));
}

/** The kernels that `useBlas` would use: the same object for the same library and options. */
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
