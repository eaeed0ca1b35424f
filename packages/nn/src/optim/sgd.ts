import { type FloatData, ValueError } from '@retrograd/arrays';
import { checkNonNegative, describe } from '@retrograd/arrays/internal';
import type { Tensor } from '@retrograd/autograd';
import { memoizeByKernels } from '@retrograd/kernels/internal';
import { sgdCode } from '../wasm/sgd.js';
import { updateInChunks } from './chunked-update.js';
import { type Algorithm, Optimizer, type OptimizerOptions } from './optimizer.js';

export interface SGDOptions extends OptimizerOptions {
  /** Factor on the last update that is added to this one, at least 0. Default 0. */
  momentum?: number;
  /** Share of a gradient that momentum leaves out. Default 0. */
  dampening?: number;
  /** Adds weightDecay · p to the gradient. Default 0. */
  weightDecay?: number;
  /** Nesterov's momentum, which looks one step ahead (Sutskever et al. 2013). Default false. */
  nesterov?: boolean;
}

const SGD_ALGORITHM: Algorithm<Required<SGDOptions>> = {
  name: 'SGD',
  slots: ['momentum_buffer'],
  resolveOptions: (op, options: SGDOptions) => {
    const { lr = 1e-3, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = options;
    checkNonNegative(op, 'lr', lr);
    checkNonNegative(op, 'momentum', momentum);
    checkNonNegative(op, 'weightDecay', weightDecay);
    if (!Number.isFinite(dampening))
      throw new ValueError(op, 'dampening', 'a finite number', describe(dampening));
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      const actual = `with momentum ${momentum} and dampening ${dampening}`;
      throw new ValueError(op, 'nesterov', 'with momentum > 0 and dampening 0', actual);
    }
    return { lr, momentum, dampening, weightDecay, nesterov };
  },
};

/**
 * Stochastic gradient descent, as torch.optim.SGD:
 *
 *     g = ∇ + weightDecay p
 *     v = momentum v + (1 - dampening) g      (the first time v = g)
 *     p = p - lr v                            (nesterov: p - lr (g + momentum v))
 */
export class SGD extends Optimizer<Required<SGDOptions>> {
  /**
   * @param options lr 1e-3 unless given
   * @throws GraphError, ValueError as `Optimizer`; ValueError when nesterov comes without momentum or with
   *         dampening
   */
  constructor(parameters: readonly Tensor[], options: SGDOptions = {}) {
    super(parameters, options, SGD_ALGORITHM);
  }

  protected override change(value: FloatData, gradient: FloatData, _step: number, i: number): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = this.options;
    if (momentum === 0) {
      const done = updateInChunks(sgdOf, [gradient, value], [weightDecay, lr]);
      if (!done) descend(value, gradient, this.options);
      return;
    }
    const first = !this.hasSlot(i, 'momentum_buffer');
    const buffer = this.slot(i, 'momentum_buffer');
    const shares = nesterov ? [1, momentum] : [0, 1];
    const settings = [weightDecay, lr, momentum, 1 - dampening, ...shares];
    const done = !first && updateInChunks(momentumOf, [gradient, value, buffer], settings);
    if (!done) descendWithMomentum(value, gradient, buffer, first, this.options);
  }
}

// The steps in WebAssembly (assembly/sgd.ts); null where the kernels work on ordinary arrays.

const sgdOf = /* @__PURE__ */ memoizeByKernels((kernels) => kernels.rows(sgdCode, 'sgd', [1, 1, 0], 1));

const momentumOf = /* @__PURE__ */ memoizeByKernels((kernels) =>
  kernels.rows(sgdCode, 'momentum', [1, 1, 1, 0], 1),
);

function descend(p: FloatData, gradient: FloatData, options: Required<SGDOptions>): void {
  const { lr, weightDecay } = options;
  for (let i = 0; i < p.length; i++) {
    const g = weightDecay === 0 ? gradient[i] : gradient[i] + weightDecay * p[i];
    p[i] += -lr * g;
  }
}

function descendWithMomentum(
  p: FloatData,
  gradient: FloatData,
  buffer: FloatData,
  first: boolean,
  options: Required<SGDOptions>,
): void {
  const { lr, momentum, dampening, weightDecay, nesterov } = options;
  for (let i = 0; i < p.length; i++) {
    const g = weightDecay === 0 ? gradient[i] : gradient[i] + weightDecay * p[i];
    const v = first ? g : buffer[i] * momentum + (1 - dampening) * g;
    buffer[i] = v;
    p[i] += -lr * (nesterov ? g + momentum * v : v);
  }
}
