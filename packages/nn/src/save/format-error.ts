import { RetrogradError } from '@retrograd/arrays';

/** Bytes are not a valid file of the expected format. */
export class FormatError extends RetrogradError {
  override readonly name = 'FormatError';
}
