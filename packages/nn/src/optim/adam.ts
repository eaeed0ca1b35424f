import { type FloatData, ValueError } from '@retrograd/arrays';
import { checkNonNegative, describe } from '@retrograd/arrays/internal';
import type { Tensor } from '@retrograd/autograd';
import { type AdamStep, adamUpdate } from './adam-update.js';
import { type Algorithm, Optimizer, type OptimizerOptions } from './optimizer.js';

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the running mean and of the running square, each in [0, 1). Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the denominator, at least 0. Default 1e-8. */
  eps?: number;
  /**
   * Adam: adds weightDecay · p to the gradient, default 0. AdamW: shrinks p by lr · weightDecay, default
   * 0.01.
   */
  weightDecay?: number;
  /** Divides by the largest running square so far (Reddi et al. 2018). Default false. */
  amsgrad?: boolean;
}

type AdamSettings = Required<AdamOptions>;

const adamAlgorithm = (name: string, defaultDecay: number): Algorithm<AdamSettings> => ({
  name,
  slots: ['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq'],
  resolveOptions: (op, options: AdamOptions) => {
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

const ADAM = /* @__PURE__ */ adamAlgorithm('Adam', 0);
const ADAM_W = /* @__PURE__ */ adamAlgorithm('AdamW', 0.01);

abstract class AdamBase extends Optimizer<AdamSettings> {
  /**
   * Step number `step` of parameter i. `kept` and `decay` say whether the weight decay goes through the
   * gradient.
   */
  protected update(
    value: FloatData,
    gradient: FloatData,
    step: number,
    i: number,
    { kept, decay }: Pick<AdamStep, 'kept' | 'decay'>,
  ): void {
    const {
      lr,
      betas: [beta1, beta2],
      eps,
      amsgrad,
    } = this.options;
    const correction = Math.sqrt(1 - beta2 ** step);
    const stepSize = (lr * correction) / (1 - beta1 ** step);
    const largest = amsgrad ? this.slot(i, 'max_exp_avg_sq') : null;
    const m = this.slot(i, 'exp_avg');
    const v = this.slot(i, 'exp_avg_sq');
    const rule = { kept, decay, beta1, beta2, stepSize, eps: eps * correction };
    adamUpdate(value, gradient, m, v, largest, rule);
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
    this.update(value, gradient, step, i, { kept: 1, decay: this.options.weightDecay });
  }
}

/** Adam with weight decay decoupled from the gradient (Loshchilov and Hutter 2019), as torch.optim.AdamW. */
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
    this.update(value, gradient, step, i, { kept: 1 - lr * weightDecay, decay: 0 });
  }
}
