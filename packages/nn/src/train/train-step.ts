import { ValueError } from '@retrograd/arrays';
import { clipToNorm, scaledNorm } from '@retrograd/arrays/internal';
import { backward, backwardByLeaf, type Tensor } from '@retrograd/autograd';
import type { Optimizer } from '../optim/optimizer.js';
import type { ModelState } from '../recurrent-model.js';
import type { Batch } from './batch-source.js';
import { type LossFunction, type SequenceLearner, valuesOf } from './evaluate.js';
import type { Gradients } from './world.js';

export interface StepOptions {
  readonly optimizer: Optimizer;
  readonly loss: LossFunction;
  /** Largest norm of all gradients together; Infinity for no limit. */
  readonly clipNorm: number;
}

/**
 * The first half of a training step: forward and backward. The model is in training mode during it and in
 * evaluation mode afterwards.
 * @param onGradient told of each parameter as soon as its gradient is final
 * @throws ValueError when the loss is not finite
 */
export function computeGradients(
  model: SequenceLearner,
  batch: Batch,
  state: ModelState | undefined,
  { optimizer, loss }: StepOptions,
  onGradient?: (parameter: Tensor) => void,
): Gradients {
  // Both, because each may have parameters that the other does not have.
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
    if (onGradient === undefined) backward(value);
    else backwardByLeaf(value, onGradient);
    return { loss: number, state: valuesOf(after) };
  } finally {
    model.eval();
  }
}

/**
 * The second half: clipping and update. The (clipped) gradients stay in the parameters until the next step.
 * @returns the norm of all gradients together, before clipping
 * @throws ValueError when a gradient is not finite; the parameters are unchanged then
 */
export function applyGradients({ optimizer, clipNorm }: StepOptions): number {
  const gradientNorm = clip(optimizer, clipNorm);
  optimizer.step(gradientNorm);
  return gradientNorm;
}

/** Clips the gradients of an optimizer's parameters by their global norm, and returns the norm before. */
function clip({ parameters }: Optimizer, maxNorm: number): number {
  const gradients = parameters.flatMap(({ grad }) => grad ?? []);
  const norm = scaledNorm(gradients);
  const [scale, root] = norm;
  // In place, because this step's own backward pass made them. If one is not finite, the optimizer refuses
  // it.
  if (Number.isFinite(root)) clipToNorm(gradients, norm, maxNorm);
  return scale * root;
}
