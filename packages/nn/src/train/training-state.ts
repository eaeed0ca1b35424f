import type { OptimizerState } from '../optim/optimizer-state.js';
import type { ModelState } from '../recurrent-model.js';

/**
 * The state of a training besides the model's weights. With both, `fit` continues as if it had never stopped,
 * to the last bit. Arrays and numbers only; `saveModel` writes it.
 */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** The epoch of the next step, from 0. */
  readonly epoch: number;
  /** The index of the next batch in its epoch, from 0. */
  readonly position: number;
  /** State that the generator of the batch order had when this epoch began. */
  readonly generator: readonly number[];
  /** States of the model's generators: what dropout draws next. */
  readonly generators: Readonly<Record<string, readonly number[]>>;
  /** Hidden state that the next step starts from; null for zeros. */
  readonly hidden: ModelState | null;
  readonly optimizer: OptimizerState;
}
