import type { Tensor } from '@retrograd/autograd';
import { checkNonNegative, describe, type FloatData, ValueError } from '@retrograd/kernels';
import { type Algorithm, Optimizer, type OptimizerOptions } from './optimizer.js';

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the running mean and of the running square, each in [0, 1). Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the denominator, at least 0. Default 1e-8. */
  eps?: number;
  /** Adam: adds weightDecay · p to the gradient, default 0. AdamW: shrinks p by lr · weightDecay, default 0.01. */
  weightDecay?: number;
  /** Divides by the largest running square so far (Reddi et al. 2018). Default false. */
  amsgrad?: boolean;
}

type AdamSettings = Required<AdamOptions>;

const adamAlgorithm = (name: string, defaultDecay: number): Algorithm<AdamSettings> => ({
  name,
  slots: ['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq'],
  settle: (op, options: AdamOptions) => {
    const {
      lr = 1e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = defaultDecay,
      amsgrad = false,
    } = options;
    checkNonNegative(op, 'lr', lr);
    checkNonNegative(op, 'eps', eps);
    checkNonNegative(op, 'weightDecay', weightDecay);
    if (!Array.isArray(betas) || betas.length !== 2 || !betas.every((beta) => beta >= 0 && beta < 1)) {
      const actual = Array.isArray(betas) ? `[${betas.join(', ')}]` : describe(betas);
      throw new ValueError(op, 'betas', 'two numbers in [0, 1)', actual);
    }
    return { lr, betas: [betas[0], betas[1]], eps, weightDecay, amsgrad };
  },
});

const ADAM = adamAlgorithm('Adam', 0);
const ADAM_W = adamAlgorithm('AdamW', 0.01);

abstract class AdamBase extends Optimizer<AdamSettings> {
  /** Moments of parameter i, and the largest second moment when it is wanted. */
  protected moments(i: number): [FloatData, FloatData, FloatData | null] {
    const largest = this.options.amsgrad ? this.slot(i, 'max_exp_avg_sq') : null;
    return [this.slot(i, 'exp_avg'), this.slot(i, 'exp_avg_sq'), largest];
  }
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1), as torch.optim.Adam:
 *
 *     g = ∇ + weightDecay p
 *     m = β₁ m + (1 - β₁) g,   v = β₂ v + (1 - β₂) g²
 *     p = p - lr/(1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + eps)
 */
export class Adam extends AdamBase {
  /**
   * @param options lr 1e-3 unless given
   * @throws GraphError, ValueError as `Optimizer`
   */
  constructor(parameters: readonly Tensor[], options: AdamOptions = {}) {
    super(parameters, options, ADAM);
  }

  protected override change(value: FloatData, gradient: FloatData, step: number, i: number): void {
    adamUpdate(value, gradient, this.moments(i), step, this.options.weightDecay, this.options);
  }
}

/** Adam with the weights shrunk apart from the gradient (Loshchilov and Hutter 2019), as torch.optim.AdamW. */
export class AdamW extends AdamBase {
  /**
   * @param options lr 1e-3 and weightDecay 0.01 unless given
   * @throws GraphError, ValueError as `Optimizer`
   */
  constructor(parameters: readonly Tensor[], options: AdamOptions = {}) {
    super(parameters, options, ADAM_W);
  }

  protected override change(value: FloatData, gradient: FloatData, step: number, i: number): void {
    const { lr, weightDecay } = this.options;
    const kept = 1 - lr * weightDecay;
    for (let j = 0; j < value.length; j++) value[j] *= kept;
    adamUpdate(value, gradient, this.moments(i), step, 0, this.options);
  }
}

function adamUpdate(
  p: FloatData,
  gradient: FloatData,
  [m, v, largest]: [FloatData, FloatData, FloatData | null],
  step: number,
  weightDecay: number,
  { lr, betas: [beta1, beta2], eps }: AdamSettings,
): void {
  const stepSize = lr / (1 - beta1 ** step);
  const correction = Math.sqrt(1 - beta2 ** step);
  for (let i = 0; i < p.length; i++) {
    const g = weightDecay === 0 ? gradient[i] : gradient[i] + weightDecay * p[i];
    // PyTorch interpolates here, from the end that is nearer: the rounding differs from β₁ m + (1 - β₁) g.
    const mean = 1 - beta1 < 0.5 ? m[i] + (1 - beta1) * (g - m[i]) : g - (g - m[i]) * beta1;
    const square = v[i] * beta2 + (1 - beta2) * g * g;
    m[i] = mean;
    v[i] = square;
    let divisor = square;
    if (largest !== null) {
      if (square > largest[i]) largest[i] = square;
      divisor = largest[i];
    }
    p[i] += (-stepSize * mean) / (Math.sqrt(divisor) / correction + eps);
  }
}
