import type { OptimizerState } from '../optim/optimizer-state.js';
import type { ModelState } from '../recurrent-model.js';

/**
 * Where a training is, apart from the model's weights: with both, `fit` goes on as if it had never stopped, to the last bit.
 * Arrays and numbers only; `saveModel` writes it.
 */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** The epoch of the next step, from 0. */
  readonly epoch: number;
  /** The batch of the next step in its epoch, from 0. */
  readonly position: number;
  /** State of the generator of the batches' order, as it was when this epoch began. */
  readonly generator: readonly number[];
  /** States of the generators in the model: what dropout draws next. */
  readonly generators: Readonly<Record<string, readonly number[]>>;
  /** Hidden state that the next step starts from; null for zeros. */
  readonly hidden: ModelState | null;
  readonly optimizer: OptimizerState;
}
