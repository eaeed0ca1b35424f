import { RetrogradError } from '@retrograd/kernels';

/** There is no native library that can be used. */
export class LibraryError extends RetrogradError {
  override readonly name = 'LibraryError';
}
