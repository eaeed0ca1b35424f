import { asTensor, constant, parameter, type Tensor, type TensorLike } from '@retrograd/autograd';
import {
  assign,
  cast,
  checkArray,
  checkDtype,
  checkKeys,
  checkPositiveInteger,
  type Dtype,
  describe,
  type FloatData,
  type NdArray,
  type Random,
  randomFrom,
  StateError,
  ValueError,
  wrap,
  zeros,
} from '@retrograd/kernels';

export interface LayerOptions {
  /** Seed of the initial weights. Default: the shared generator. */
  seed?: number;
  /** Generator of the initial weights, instead of a seed. */
  rng?: Random;
  /** Default float64. */
  dtype?: Dtype;
  /** 'zeros' skips the random initial values, for a layer whose weights are loaded next. Default 'glorot'. */
  init?: 'glorot' | 'zeros';
}

/** Packed initial values of a layer: W (H + I, G·H), b (G·H). */
export interface PackedParams {
  W: NdArray;
  b: NdArray;
}

/** What a layer keeps between forward and backward on arrays. */
interface Run<Tape> {
  tape: Tape;
  /** The version of the weights that the run saw. */
  version: number;
}

/**
 * What the recurrent layers have in common: packed parameters seen under the spec's names, state dicts, states.
 *
 * The trained leaves are `W` (H + I, G·H) and `b` (G·H), the G gates side by side. The spec's names (`W_f`, …) are views of
 * them: reading one costs nothing, and writing into one changes the layer. `P` maps those names to arrays.
 */
export abstract class RecurrentLayer<P extends { [K in keyof P]: NdArray }, Tape> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly dtype: Dtype;
  /** Packed weights, the hidden part in the first H rows. */
  readonly W: Tensor;
  /** Packed biases. */
  readonly b: Tensor;
  private lastRun: Run<Tape> | null = null;
  private gradients: P | null = null;

  /**
   * @param initial makes the initial values; not called when `options.init` is 'zeros'
   * @throws ValueError, DtypeError
   */
  protected constructor(
    /** The class's name, for messages (a minifier changes `constructor.name`). */
    protected readonly op: string,
    inputSize: number,
    hiddenSize: number,
    gates: number,
    options: LayerOptions,
    initial: (I: number, H: number, rng: Random, dtype: Dtype) => PackedParams,
  ) {
    checkPositiveInteger(op, 'inputSize', inputSize);
    checkPositiveInteger(op, 'hiddenSize', hiddenSize);
    const { dtype = 'float64', init = 'glorot' } = options;
    checkDtype(op, dtype);
    if (init !== 'glorot' && init !== 'zeros') {
      throw new ValueError(op, 'init', "'glorot' or 'zeros'", describe(init));
    }
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.dtype = dtype;
    const { W, b } =
      init === 'glorot'
        ? initial(inputSize, hiddenSize, randomFrom(options), dtype)
        : {
            W: zeros([hiddenSize + inputSize, gates * hiddenSize], { dtype }),
            b: zeros([gates * hiddenSize], { dtype }),
          };
    this.W = parameter(W);
    this.b = parameter(b);
  }

  /** The arrays of the state: ['h'] or ['h', 'c']. */
  protected abstract readonly stateNames: readonly string[];

  /** The spec's names over packed arrays shaped as W and b; views. */
  protected abstract viewsOf(W: NdArray, b: NdArray): P;

  /** The trained tensors, packed. */
  parameters(): Tensor[] {
    return [this.W, this.b];
  }

  /** The trained tensors with their names, packed. */
  namedParameters(): [name: string, parameter: Tensor][] {
    return [
      ['W', this.W],
      ['b', this.b],
    ];
  }

  /** All parameters under the spec's names; views of the layer's memory. */
  getParams(): P {
    return this.viewsOf(this.W.value, this.b.value);
  }

  /** All parameters under the spec's names, for checkpoints; views of the layer's memory. */
  stateDict(): Record<string, NdArray> {
    return { ...this.getParams() };
  }

  /**
   * Copies parameters into the layer. Everything is checked before anything is changed.
   * @throws ValueError when a name is missing or unknown
   * @throws ShapeError, DtypeError when an array does not fit
   */
  loadStateDict(dict: Readonly<Record<string, NdArray>>): void {
    this.assignParams('loadStateDict', dict);
  }

  /** @internal */
  protected assignParams(method: string, dict: Readonly<Record<string, NdArray>>): void {
    const op = `${this.op}.${method}`;
    const own = this.stateDict();
    checkKeys(op, 'params', dict, Object.keys(own));
    for (const [name, value] of Object.entries(own)) checkArray(op, name, dict[name], value.shape);
    this.W.update(() => {
      this.b.update(() => {
        for (const [name, value] of Object.entries(own)) assign(value, dict[name]);
      });
    });
  }

  /**
   * Gradients of the parameters from the last `backward` on arrays, under the spec's names.
   * @throws StateError before the first backward
   */
  getGradients(): P {
    if (this.gradients === null) {
      throw new StateError(`${this.op}.getGradients`, 'backward', 'called before', 'no gradients yet');
    }
    return this.gradients;
  }

  /** The state before a sequence: zeros, (B, H) each. */
  zeroState(batch: number): NdArray[] {
    if (!Number.isSafeInteger(batch) || batch < 0) {
      throw new ValueError(`${this.op}.zeroState`, 'batch', 'an integer >= 0', describe(batch));
    }
    return this.stateNames.map(() => zeros([batch, this.hiddenSize], { dtype: this.dtype }));
  }

  /** Checks a sequence (B, T, I) and completes the initial states with zeros. */
  protected checkSequence(method: string, x: NdArray, given: readonly (NdArray | undefined)[]): NdArray[] {
    const op = `${this.op}.${method}`;
    checkArray(op, 'x', x, ['batch', 'time', this.inputSize]);
    return this.completeState(op, x.shape[0], given, '_0');
  }

  /** Checks one step (B, I) and the state before it, zeros when there is none. */
  protected checkStep(x_t: NdArray, state: readonly NdArray[] | undefined): NdArray[] {
    const op = `${this.op}.step`;
    checkArray(op, 'x_t', x_t, ['batch', this.inputSize]);
    if (state !== undefined && (!Array.isArray(state) || state.length !== this.stateNames.length)) {
      const wanted = `[${this.stateNames.join(', ')}]`;
      throw new ValueError(op, 'state', wanted, describe(state), 'pass on the state that step returned');
    }
    return this.completeState(op, x_t.shape[0], state ?? [], '');
  }

  private completeState(
    op: string,
    B: number,
    given: readonly (NdArray | undefined)[],
    suffix: string,
  ): NdArray[] {
    return this.stateNames.map((name, i) => {
      const value = given[i];
      if (value === undefined) return zeros([B, this.hiddenSize], { dtype: this.dtype });
      checkArray(op, `${name}${suffix}`, value, [B, this.hiddenSize]);
      return value;
    });
  }

  /** As checkSequence, for tensors. */
  protected checkTensors(x: Tensor, given: readonly (TensorLike | undefined)[]): Tensor[] {
    const tensors = given.map((value, i) =>
      value === undefined ? undefined : asTensor(`${this.op}.forward`, `${this.stateNames[i]}_0`, value),
    );
    const states = this.checkSequence(
      'forward',
      x.value,
      tensors.map((each) => each?.value),
    );
    return states.map((state, i) => tensors[i] ?? constant(state));
  }

  /** The packed parameters as flat data of the dtype that the call computes in. */
  protected packed(dtype: Dtype): { W: FloatData; b: FloatData } {
    return { W: cast(this.W.value, dtype).data, b: cast(this.b.value, dtype).data };
  }

  protected remember(tape: Tape): void {
    this.lastRun = { tape, version: this.version };
  }

  /** @throws StateError when there was no forward on arrays, or the parameters were changed since */
  protected recall(): Tape {
    const op = `${this.op}.backward`;
    if (this.lastRun === null)
      throw new StateError(op, 'forward', 'called before backward', 'no forward call');
    if (this.lastRun.version !== this.version) {
      const remedy = 'call forward again after changing them';
      throw new StateError(op, 'parameters', 'unchanged since forward', 'changed ones', remedy);
    }
    return this.lastRun.tape;
  }

  /** Keeps the gradients of a backward run, packed as W and b. */
  protected keepGradients(grad_W: FloatData, grad_b: FloatData): void {
    this.gradients = this.viewsOf(wrap(grad_W, this.W.shape), wrap(grad_b, this.b.shape));
  }

  private get version(): number {
    return this.W.memory.version + this.b.memory.version;
  }
}
