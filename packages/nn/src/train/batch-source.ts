import type { IndexArray, Random } from '@retrograd/arrays';

/** Input and target of one step. */
export interface Batch {
  /** Given to `model.forward`. */
  readonly x: IndexArray;
  /** Given to the loss. */
  readonly target: IndexArray;
  /** Given to the loss: which outputs count. All when left out. */
  readonly mask?: IndexArray;
  /** Number of outputs that the loss averages: the batch's weight in a mean over batches. */
  readonly count: number;
}

/** Data in batches. An epoch of `fit` is one pass over it. */
export interface BatchSource {
  /** Batches in an epoch. */
  readonly length: number;
  /** Whether the sequences of a batch continue in the next one, so that the hidden state is carried over. */
  readonly continues: boolean;
  /**
   * Fixes the order of an epoch.
   * @param rng draws a random order
   * @returns a function that gives batch 0 … length - 1 of the epoch
   */
  epoch(rng: Random): (position: number) => Batch;
}
