import { type Random, type RandomOptions, ValueError } from '@retrograd/arrays';
import { describe, randomFrom } from '@retrograd/arrays/internal';
import { asTensor, dropout, type Tensor, type TensorLike } from '@retrograd/autograd';
import { Module } from './module.js';

/**
 * Drops entries with probability p in training mode (Srivastava et al. 2014); the identity in evaluation
 * mode.
 */
export class Dropout extends Module {
  /** Draws the masks; its state is part of the training state. */
  rng: Random;

  /**
   * @param p from 0 to 1
   * @throws ValueError when p is outside [0, 1]
   */
  constructor(
    readonly p: number,
    options: RandomOptions = {},
  ) {
    super();
    if (!(p >= 0 && p <= 1)) throw new ValueError('Dropout', 'p', 'a number from 0 to 1', describe(p));
    this.rng = randomFrom(options);
  }

  /** In training mode x with dropped entries, the others divided by 1 - p; in evaluation mode x itself. */
  forward(x: TensorLike): Tensor {
    return this.training ? dropout(x, this.p, { rng: this.rng }) : asTensor('Dropout.forward', 'x', x);
  }
}
