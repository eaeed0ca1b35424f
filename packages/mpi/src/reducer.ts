import type { ModelState, SharedStep } from '@retrograd/nn';

/** Adds up the gradients of a batch over all its parts and processes. */
export interface Reducer {
  /**
   * Forward and backward on this process's part, and what can be sent before the others are ready.
   * @returns the hidden state of its rows
   */
  compute(work: SharedStep): ModelState;
  /** Adds nothing to this step, whatever `compute` has done; what it has already sent is ignored. */
  abandon(): void;
  /** Sends the rest, waits for the sums, and leaves the mean gradients in the parameters. */
  finish(): Promise<void>;
}
