import {
  assign,
  copy,
  type Dtype,
  DtypeError,
  type NdArray,
  Random,
  randomFrom,
  ValueError,
  zeros,
} from '@retrograd/arrays';
import {
  checkArray,
  checkDtype,
  checkKeys,
  checkPositiveInteger,
  describe,
} from '@retrograd/arrays/internal';
import { parameter, type Tensor } from '@retrograd/autograd';

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
export interface PackedArrays {
  W: NdArray;
  b: NdArray;
}

/**
 * The parameters of a recurrent layer, packed and under the spec's names.
 *
 * The trained leaves are `W` (H + I, G·H) and `b` (G·H), the G gates side by side. The spec's names (`W_f`, …) are views of
 * them: reading one costs nothing, and writing into one changes the layer. `P` maps those names to arrays.
 */
export abstract class PackedParams<P extends { [K in keyof P]: NdArray }> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly dtype: Dtype;
  /** Packed weights, the hidden part in the first H rows. */
  readonly W: Tensor;
  /** Packed biases. */
  readonly b: Tensor;

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
    initial: (I: number, H: number, rng: Random, dtype: Dtype) => PackedArrays,
  ) {
    checkPositiveInteger(op, 'inputSize', inputSize);
    checkPositiveInteger(op, 'hiddenSize', hiddenSize);
    checkOptions(op, options);
    const { dtype = 'float64', init = 'glorot' } = options;
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

  /** Whether somebody was given views of the parameters, through which they may change unnoticed. */
  protected exposed = false;

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
    this.exposed = true;
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
    this.assignParams('loadStateDict', 'dict', dict);
  }

  /** @internal */
  protected assignParams(
    method: string,
    argument: string,
    dict: P | Readonly<Record<string, NdArray>>,
  ): void {
    const op = `${this.op}.${method}`;
    const own: Record<string, NdArray> = { ...this.viewsOf(this.W.value, this.b.value) };
    checkKeys(op, argument, dict, Object.keys(own));
    const given = { ...dict } as Record<string, NdArray>;
    for (const [name, value] of Object.entries(own)) checkArray(op, name, given[name], value.shape);
    // Views of this layer's own memory may come too, for example two gates swapped: read before anything is written.
    const memory = [this.W.value.data.buffer, this.b.value.data.buffer];
    for (const name in own) if (memory.includes(given[name].data.buffer)) given[name] = copy(given[name]);
    this.W.update(() => {
      this.b.update(() => {
        for (const [name, value] of Object.entries(own)) assign(value, given[name]);
      });
    });
  }
}

function checkOptions(op: string, options: LayerOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new DtypeError(op, 'options', 'an object', describe(options));
  }
  const { dtype, init, seed, rng } = options;
  if (dtype !== undefined) checkDtype(op, dtype);
  if (init !== undefined && init !== 'glorot' && init !== 'zeros') {
    throw new ValueError(op, 'init', "'glorot' or 'zeros'", describe(init));
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new ValueError(op, 'seed', 'a safe integer', describe(seed));
  }
  if (rng !== undefined && !(rng instanceof Random)) {
    throw new DtypeError(op, 'rng', 'a Random', describe(rng));
  }
}
