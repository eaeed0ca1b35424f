import { LibraryError, useBlas } from '@retrograd/blas/use';

/**
 * Chooses the fastest kernels of this machine: those with a native library where one is installed, else
 * WebAssembly. The environment variable RETROGRAD_KERNELS, which the library reads, overrides the choice.
 */
export function chooseKernels(): void {
  if (process.env.RETROGRAD_KERNELS) return;
  try {
    // `always`, because by default each product goes to the set that was faster when timed, and the last
    // digits would differ from run to run.
    useBlas({ always: true });
  } catch (error) {
    if (!(error instanceof LibraryError)) throw error;
  }
}
