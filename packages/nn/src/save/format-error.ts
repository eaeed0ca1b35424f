import { RetrogradError } from '@retrograd/arrays';

/** Bytes that should be a file of some format are not. */
export class FormatError extends RetrogradError {
  override readonly name = 'FormatError';
}
