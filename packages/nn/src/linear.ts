import { randomUniform, ShapeError, zeros } from '@retrograd/arrays';
import { checkDtype, checkPositiveInteger, formatShape } from '@retrograd/arrays/internal';
import { asTensor, parameter, type Tensor, type TensorLike } from '@retrograd/autograd';
import type { InitialOptions } from './initial-options.js';
import { linear } from './linear-op.js';
import { Module } from './module.js';

export interface LinearOptions extends InitialOptions {
  /** Whether there is a bias. Default true. */
  bias?: boolean;
}

/** y = x W + b on the last axis of x. */
export class Linear extends Module {
  /** (I, O) uniform in ±√(6/(I+O)) at first (Glorot and Bengio 2010, eq. 16) */
  readonly weight: Tensor;
  /** (O) zero at first; null without bias */
  readonly bias: Tensor | null;

  /** @throws ValueError when a size is not a positive integer, DtypeError when dtype is not a dtype */
  constructor(
    readonly inputSize: number,
    readonly outputSize: number,
    options: LinearOptions = {},
  ) {
    super();
    checkPositiveInteger('Linear', 'inputSize', inputSize);
    checkPositiveInteger('Linear', 'outputSize', outputSize);
    const { bias = true, dtype = 'float64', init, rng, seed } = options;
    checkDtype('Linear', dtype);
    const bound = Math.sqrt(6 / (inputSize + outputSize));
    const shape = [inputSize, outputSize];
    this.weight = parameter(
      init !== 'zeros'
        ? randomUniform(shape, { low: -bound, high: bound, rng, seed, dtype })
        : zeros(shape, { dtype }),
    );
    this.bias = bias ? parameter(zeros([outputSize], { dtype })) : null;
  }

  /**
   * @param x (…, I)
   * @returns (…, O)
   * @throws ShapeError when the last axis of x does not have I entries
   */
  forward(x: TensorLike): Tensor {
    const input = asTensor('Linear.forward', 'x', x);
    const { inputSize, weight, bias } = this;
    if (input.shape.length === 0 || input.shape.at(-1) !== inputSize) {
      throw new ShapeError('Linear.forward', 'x', `[…, ${inputSize}]`, formatShape(input.shape));
    }
    return linear(input, weight, bias);
  }
}
