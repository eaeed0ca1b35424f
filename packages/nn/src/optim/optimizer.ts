import { type FloatData, zeros } from '@retrograd/arrays';
import type { Tensor } from '@retrograd/autograd';
import { checkGradient, checkParameters } from './optimizer-checks.js';
import {
  flattenSlots,
  type OptimizerState,
  type OptionValue,
  readSlots,
  type Slots,
} from './optimizer-state.js';

/** Options of every optimizer. */
export interface OptimizerOptions {
  /** Learning rate, at least 0. */
  lr?: number;
}

/** The rule of one optimizer, without any state. */
export interface Algorithm<Options> {
  readonly name: string;
  /** Names of the arrays that it may keep for a parameter, as in PyTorch. */
  readonly slots: readonly string[];
  /** Fills in the defaults. @throws ValueError when an option is out of range */
  readonly resolveOptions: (op: string, options: OptimizerOptions) => Options;
}

/**
 * Base class of the optimizers. Formulas, order of operations and defaults are PyTorch's (`foreach=False`),
 * so that float64 runs agree to rounding. Float32 parameters are updated in float32, as by PyTorch, or in
 * double precision that is rounded when it is stored, whichever is faster.
 *
 * One difference is deliberate: a gradient that is not finite is refused before anything changes. PyTorch
 * would write NaN into the parameter, where it stays.
 */
export abstract class Optimizer<Options extends Required<OptimizerOptions> = Required<OptimizerOptions>> {
  /** The tensors that `step` changes. */
  readonly parameters: readonly Tensor[];
  /** The current options, defaults filled in. */
  options: Readonly<Options>;
  #steps: number[];
  #slots: Slots;

  /**
   * @throws GraphError when a parameter is not a leaf that requires grad
   * @throws ValueError when there is no parameter, one comes twice, or an option is out of range
   */
  protected constructor(
    parameters: readonly Tensor[],
    options: OptimizerOptions,
    private readonly algorithm: Algorithm<Options>,
  ) {
    const { name, resolveOptions } = algorithm;
    checkParameters(name, parameters);
    this.options = resolveOptions(name, options);
    this.parameters = parameters.slice();
    this.#steps = parameters.map(() => 0);
    this.#slots = parameters.map(() => new Map());
  }

  /** Learning rate; may be set at any time. */
  get lr(): number {
    return this.options.lr;
  }

  set lr(lr: number) {
    this.options = this.algorithm.resolveOptions(this.algorithm.name, { ...this.options, lr });
  }

  /**
   * Updates every parameter that has a gradient; the others stay as they are.
   * @param norm of all these gradients together, if known: when it is finite, the entries need no check
   * @throws ValueError when a gradient holds NaN or infinity, ShapeError when one does not have its
   *         parameter's shape; nothing is changed then
   */
  step(norm = Number.NaN): void {
    const op = `${this.algorithm.name}.step`;
    const known = Number.isFinite(norm);
    const gradients = this.parameters.map((p, i) => p.grad && checkGradient(op, i, p, p.grad, known));
    gradients.forEach((gradient, i) => {
      if (gradient === null) return;
      this.#steps[i]++;
      this.parameters[i].update((value) => this.change(value.data, gradient, this.#steps[i], i));
    });
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.grad = null;
  }

  /** A copy of everything besides the parameters that the next steps depend on. */
  stateDict(): OptimizerState {
    return {
      algorithm: this.algorithm.name,
      options: { ...this.options } as unknown as Record<string, OptionValue>,
      steps: this.#steps.slice(),
      arrays: flattenSlots(this.#slots),
    };
  }

  /**
   * Takes over the state and the options of another optimizer of the same kind.
   * @throws ValueError, ShapeError, DtypeError when the state is another algorithm's or does not fit the
   *         parameters; nothing is changed then
   */
  loadStateDict(state: OptimizerState): void {
    const { name, slots, resolveOptions } = this.algorithm;
    const loaded = readSlots(name, slots, this.parameters, state);
    this.options = resolveOptions(`${name}.loadStateDict`, state.options);
    this.#steps = state.steps.slice();
    this.#slots = loaded;
  }

  /** The update rule, on dense data. `step` counts from 1, `i` is the parameter's index. */
  protected abstract change(value: FloatData, gradient: FloatData, step: number, i: number): void;

  /** A running array of parameter i; zeros at first use. */
  protected slot(i: number, name: string): FloatData {
    let array = this.#slots[i].get(name);
    if (array === undefined) {
      const { shape, dtype } = this.parameters[i];
      array = zeros(shape, { dtype });
      this.#slots[i].set(name, array);
    }
    return array.data;
  }

  protected hasSlot(i: number, name: string): boolean {
    return this.#slots[i].has(name);
  }
}
