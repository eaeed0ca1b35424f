import { RetrogradError } from '@retrograd/kernels';

/** There is no native library, or one that cannot be used. */
export class LibraryError extends RetrogradError {
  override readonly name = 'LibraryError';
}
