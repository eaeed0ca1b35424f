import { LibraryError, useBlas } from '@retrograd/blas/use';

/**
 * Has the fastest kernels compute that this machine has: those with a native library where one is installed, else WebAssembly. The environment
 * variable RETROGRAD_KERNELS, which the library reads, has the last word.
 */
export function useFastestKernels(): void {
  if (process.env.RETROGRAD_KERNELS) return;
  try {
    // Always: which products are the library's would otherwise be timed, and the last digits differ from run to run.
    useBlas({ always: true });
  } catch (error) {
    if (!(error instanceof LibraryError)) throw error;
  }
}
