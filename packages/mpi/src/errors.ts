import { RetrogradError } from '@retrograd/kernels';

/** There is no MPI library, one that cannot be used, or one of another family than the launcher. */
export class LibraryError extends RetrogradError {
  override readonly name = 'LibraryError';
}

/** Processes that should work together do not: one has failed, left, or does something else. */
export class GroupError extends RetrogradError {
  override readonly name = 'GroupError';
}
