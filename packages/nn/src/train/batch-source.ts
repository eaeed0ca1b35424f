import type { IndexArray, Random } from '@retrograd/arrays';

/** What the model sees in one step, and what it should have answered. */
export interface Batch {
  /** Given to `model.forward`. */
  readonly x: IndexArray;
  /** Given to the loss. */
  readonly target: IndexArray;
  /** Given to the loss; which of the answers count. All when left out. */
  readonly mask?: IndexArray;
  /** Over how many answers the loss is a mean: its weight in a mean over batches. */
  readonly count: number;
}

/** Data in batches. `fit` goes through it once an epoch. */
export interface BatchSource {
  /** Batches in an epoch. */
  readonly length: number;
  /** Whether the sequences of a batch go on in the next one, so that the hidden state is carried over. */
  readonly continues: boolean;
  /**
   * Settles the order of an epoch.
   * @param rng what a random order is drawn from
   * @returns gives batch 0 … length - 1 of the epoch
   */
  epoch(rng: Random): (position: number) => Batch;
}
