import { ValueError } from '@retrograd/arrays';
import { backward } from '@retrograd/autograd';
import { limitNorm, scaledNorm } from '@retrograd/utils';
import type { Optimizer } from '../optim/optimizer.js';
import type { ModelState } from '../recurrent-model.js';
import type { Batch } from './batches.js';
import { type LossFunction, type SequenceLearner, valuesOf } from './evaluate.js';

export interface StepOptions {
  readonly optimizer: Optimizer;
  readonly loss: LossFunction;
  /** Largest norm of all gradients together; Infinity for no limit. */
  readonly clipNorm: number;
}

export interface StepResult {
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** After the last time step, cut off from the graph. */
  readonly state: ModelState;
}

/**
 * One step of training on one batch: forward, backward, clip, update. The model is in training mode meanwhile and in evaluation mode
 * afterwards. The (clipped) gradients stay in the parameters until the next step.
 * @throws ValueError when the loss or a gradient is not finite; the parameters are unchanged then
 */
export function trainStep(
  model: SequenceLearner,
  batch: Batch,
  state: ModelState | undefined,
  { optimizer, loss, clipNorm }: StepOptions,
): StepResult {
  // Both, as either may have parameters that the other has not.
  optimizer.zeroGrad();
  model.zeroGrad();
  model.train();
  try {
    const [output, after] = model.forward(batch.x, state);
    const value = loss(output, batch.target, batch.mask);
    const number = value.item();
    if (!Number.isFinite(number)) {
      const remedy = 'lower the learning rate or clip the gradients';
      throw new ValueError('fit', 'loss', 'finite', String(number), remedy);
    }
    backward(value);
    const gradientNorm = clip(optimizer, clipNorm);
    optimizer.step(gradientNorm);
    return { loss: number, gradientNorm, state: valuesOf(after) };
  } finally {
    model.eval();
  }
}

/** Clips the gradients of an optimizer's parameters by their global norm, and answers with the norm before. */
function clip({ parameters }: Optimizer, maxNorm: number): number {
  const gradients = parameters.flatMap(({ grad }) => grad ?? []);
  const norm = scaledNorm(gradients);
  const [scale, root] = norm;
  // In place: this step's own backward pass made them. Those that are not finite are the optimizer's to refuse.
  if (Number.isFinite(root)) limitNorm(gradients, norm, maxNorm);
  return scale * root;
}
