import { type BatchSource, textBatches } from '@retrograd/nn';
import { UserError } from './user-error.js';

export interface Corpus {
  readonly training: BatchSource;
  /** The end of the text, on which the model is never trained; null when nothing is held back. */
  readonly validation: BatchSource | null;
}

export interface CorpusOptions {
  readonly batch: number;
  readonly seqLength: number;
  /** Characters at the end of the text that are kept for validation. */
  readonly heldBack: number;
}

/** By default a twentieth of the text is held back, but no more than can be read in a few seconds. */
const MOST_HELD_BACK = 20_000;

export const defaultHeldBack = (characters: number): number =>
  Math.min(MOST_HELD_BACK, Math.max(2, Math.floor(characters / 20)));

/**
 * Cuts a text into the part to train on and the part to validate on.
 * @param name the name of the text, for the message
 * @throws UserError when the text is shorter than one whole batch
 */
export function splitCorpus(tokens: Int32Array, options: CorpusOptions, name: string): Corpus {
  const { batch, seqLength, heldBack } = options;
  const trained = tokens.length - heldBack;
  const needed = batch * seqLength + 1;
  if (trained < needed) {
    throw new UserError(
      `--text must have at least ${needed + heldBack} characters ` +
        `for a batch of ${batch} sequences of ${seqLength} with ${heldBack} held back, ` +
        `got ${tokens.length} in ${name}; lower --batch or --seq-length`,
    );
  }
  const training = textBatches(tokens.subarray(0, trained), { batchSize: batch, seqLength });
  if (heldBack === 0) return { training, validation: null };
  // One stream for each sequence, up to 16, with which the products are efficient.
  const streams = Math.min(16, Math.ceil((heldBack - 1) / seqLength));
  const validation = textBatches(tokens.subarray(trained), { batchSize: streams, seqLength });
  return { training, validation };
}
