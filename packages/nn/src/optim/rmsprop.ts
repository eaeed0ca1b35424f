import { type FloatData, ValueError } from '@retrograd/arrays';
import { checkNonNegative, describe } from '@retrograd/arrays/internal';
import type { Tensor } from '@retrograd/autograd';
import { memoizeByKernels } from '@retrograd/kernels/internal';
import { rmspropCode } from '../wasm/rmsprop.js';
import { updateInChunks } from './chunked-update.js';
import { type Algorithm, Optimizer, type OptimizerOptions } from './optimizer.js';

export interface RMSpropOptions extends OptimizerOptions {
  /** Decay of the running averages, in [0, 1]. Default 0.99. */
  alpha?: number;
  /** Added to the denominator, at least 0. Default 1e-8. */
  eps?: number;
  /** Adds weightDecay · p to the gradient. Default 0. */
  weightDecay?: number;
  /** Factor on the last update that is added to this one, at least 0. Default 0. */
  momentum?: number;
  /** Divides by the deviation from the running mean (Graves 2013, eq. 38-41). Default false. */
  centered?: boolean;
}

type RMSpropSettings = Required<RMSpropOptions>;

const RMSPROP: Algorithm<RMSpropSettings> = {
  name: 'RMSprop',
  slots: ['square_avg', 'grad_avg', 'momentum_buffer'],
  resolveOptions: (op, options: RMSpropOptions) => {
    const { lr = 1e-2, alpha = 0.99, eps = 1e-8, weightDecay = 0, momentum = 0, centered = false } = options;
    checkNonNegative(op, 'lr', lr);
    if (!(alpha >= 0 && alpha <= 1))
      throw new ValueError(op, 'alpha', 'a number from 0 to 1', describe(alpha));
    checkNonNegative(op, 'eps', eps);
    checkNonNegative(op, 'weightDecay', weightDecay);
    checkNonNegative(op, 'momentum', momentum);
    return { lr, alpha, eps, weightDecay, momentum, centered };
  },
};

/**
 * RMSprop (Tieleman and Hinton 2012), as torch.optim.RMSprop:
 *
 *     g = ∇ + weightDecay p
 *     s = alpha s + (1 - alpha) g²,   a = alpha a + (1 - alpha) g   (a only when centered, else 0)
 *     u = momentum u + g / (√(s - a²) + eps)
 *     p = p - lr u
 */
export class RMSprop extends Optimizer<RMSpropSettings> {
  /**
   * @param options lr 1e-2 unless given
   * @throws GraphError, ValueError as `Optimizer`
   */
  constructor(parameters: readonly Tensor[], options: RMSpropOptions = {}) {
    super(parameters, options, RMSPROP);
  }

  protected override change(value: FloatData, gradient: FloatData, _step: number, i: number): void {
    const { lr, alpha, eps, weightDecay, momentum, centered } = this.options;
    const squares = this.slot(i, 'square_avg');
    const mean = centered ? this.slot(i, 'grad_avg') : null;
    const buffer = momentum > 0 ? this.slot(i, 'momentum_buffer') : null;
    const done =
      mean === null &&
      buffer === null &&
      updateInChunks(rmspropOf, [gradient, value, squares], [weightDecay, alpha, 1 - alpha, lr, eps]);
    if (!done) rmspropUpdate(value, gradient, squares, mean, buffer, this.options);
  }
}

/** The step in WebAssembly (assembly/rmsprop.ts); null where the kernels work on ordinary arrays. */
const rmspropOf = /* @__PURE__ */ memoizeByKernels((kernels) =>
  kernels.rows(rmspropCode, 'rmsprop', [1, 1, 1, 0], 2),
);

function rmspropUpdate(
  p: FloatData,
  gradient: FloatData,
  squares: FloatData,
  means: FloatData | null,
  buffer: FloatData | null,
  { lr, alpha, eps, weightDecay, momentum }: RMSpropSettings,
): void {
  for (let i = 0; i < p.length; i++) {
    const g = weightDecay === 0 ? gradient[i] : gradient[i] + weightDecay * p[i];
    const square = squares[i] * alpha + (1 - alpha) * g * g;
    squares[i] = square;
    let variance = square;
    if (means !== null) {
      // PyTorch interpolates here from the nearer end, as in Adam.
      const mean = 1 - alpha < 0.5 ? means[i] + (1 - alpha) * (g - means[i]) : g - (g - means[i]) * alpha;
      means[i] = mean;
      // Rounding can make the difference of equal numbers negative, and its root NaN.
      variance = Math.max(0, square - mean * mean);
    }
    const denominator = Math.sqrt(variance) + eps;
    if (buffer === null) {
      p[i] += (-lr * g) / denominator;
    } else {
      buffer[i] = buffer[i] * momentum + g / denominator;
      p[i] += -lr * buffer[i];
    }
  }
}
