import { Random, randomNormal } from '@retrograd/arrays';
import { parameter } from '@retrograd/autograd';
import type { Optimizer } from '@retrograd/nn';
import { hashOf } from './guard.js';

type OptimizerClass = new (parameters: Optimizer['parameters'], options: Optimizer['options']) => Optimizer;

const LONGEST = 2 ** 16;

/**
 * How this process rounds in an optimizer's steps, as a text. Processes share their gradients, but each does the
 * steps itself: kernels that multiply and add in one rounding, and those that round twice, would lead the replicas
 * apart.
 */
export function arithmeticOf(optimizer: Optimizer): string {
  const [largest] = optimizer.parameters.slice().sort((a, b) => b.size - a.size);
  const { dtype } = largest;
  // Long parameters may be updated by other code than short ones.
  const size = Math.min(largest.size, LONGEST);
  const rng = new Random(1);
  const draw = () => randomNormal([size], { rng, dtype });
  const probe = parameter(draw());
  const Class = optimizer.constructor as OptimizerClass;
  try {
    const twin = new Class([probe], { ...optimizer.options, lr: 0.01 });
    for (let step = 0; step < 3; step++) {
      probe.grad = draw();
      twin.step();
    }
  } catch {
    // An optimizer of the user's own may be made in another way.
    return 'unknown';
  }
  return hashOf([probe])
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');
}
