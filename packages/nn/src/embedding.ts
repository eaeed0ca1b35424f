import { type IndexArray, randomNormal, zeros } from '@retrograd/arrays';
import { checkDtype, checkPositiveInteger } from '@retrograd/arrays/internal';
import { embedding, parameter, type Tensor } from '@retrograd/autograd';
import type { InitialOptions } from './initial-options.js';
import { Module } from './module.js';

/** A trained vector for each of V symbols. */
export class Embedding extends Module {
  /** (V, E) standard normal at first */
  readonly weight: Tensor;

  /** @throws ValueError when a size is not a positive integer, DtypeError when dtype is not a dtype */
  constructor(
    readonly vocabularySize: number,
    readonly embeddingSize: number,
    options: InitialOptions = {},
  ) {
    super();
    checkPositiveInteger('Embedding', 'vocabularySize', vocabularySize);
    checkPositiveInteger('Embedding', 'embeddingSize', embeddingSize);
    const { dtype = 'float64', init, rng, seed } = options;
    checkDtype('Embedding', dtype);
    const shape = [vocabularySize, embeddingSize];
    this.weight = parameter(
      init !== 'zeros' ? randomNormal(shape, { rng, seed, dtype }) : zeros(shape, { dtype }),
    );
  }

  /**
   * @param indices integers from 0 to V - 1, of any shape
   * @returns (…, E), `indices.shape` followed by E
   * @throws ValueError when an index is not an integer from 0 to V - 1
   */
  forward(indices: IndexArray): Tensor {
    return embedding(this.weight, indices);
  }
}
