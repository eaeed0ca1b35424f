import { copy, type Dtype, DtypeError, type NdArray, type Random, ValueError } from '@retrograd/arrays';
import {
  checkArray,
  checkDtype,
  checkKeys,
  checkPositiveInteger,
  describe,
  randomFrom,
} from '@retrograd/arrays/internal';
import { Tensor } from '@retrograd/autograd';
import type { Cell, Sizes } from '../cell.js';
import { type NamedArrays, namedViews, type Packed, packedZeros, packParameters } from '../parameters.js';

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

/**
 * The parameters of a recurrent layer, packed and under their own names.
 *
 * The trained leaves are `W` (H + I, G·H) and `b` (G·H), the G gates side by side. The spec's names (`W_f`, …) are views of
 * them: reading one costs nothing, and writing into one changes the layer. `P` maps those names to arrays.
 */
export class LayerParameters<P extends NamedArrays> {
  readonly dtype: Dtype;
  /** Packed weights, the hidden part in the first H rows. */
  readonly W: Tensor;
  /** Packed biases. */
  readonly b: Tensor;
  protected readonly sizes: Sizes;
  private readonly memories: readonly [Tensor['memory'], Tensor['memory']];
  /** Whether views of the parameters were handed out, through which they may change unnoticed. */
  protected exposed = false;

  /**
   * @param op   the class's name, for messages (a minifier changes `constructor.name`)
   * @param cell its `initial` is not called when `options.init` is 'zeros'
   * @throws ValueError, DtypeError
   */
  constructor(
    protected readonly op: string,
    protected readonly cell: Cell,
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: LayerOptions,
  ) {
    checkPositiveInteger(op, 'inputSize', inputSize);
    checkPositiveInteger(op, 'hiddenSize', hiddenSize);
    if (typeof options !== 'object' || options === null) {
      throw new DtypeError(op, 'options', 'an object', describe(options));
    }
    const { dtype = 'float64', init = 'glorot' } = options;
    if (init !== 'glorot' && init !== 'zeros') {
      throw new ValueError(op, 'init', "'glorot' or 'zeros'", describe(init));
    }
    const rng = randomFrom(options, op);
    this.dtype = checkDtype(op, dtype);
    this.sizes = { I: inputSize, H: hiddenSize };
    const { W, b } =
      init === 'glorot' ? cell.initial(this.sizes, rng, dtype) : packedZeros(cell, this.sizes, dtype);
    // As by `parameter`, without its code for nested lists.
    this.W = new Tensor(copy(W), true, null);
    this.b = new Tensor(copy(b), true, null);
    this.memories = [this.W.memory, this.b.memory];
    // A subclass declares `readonly W_f: NdArray`.
    for (const name of Object.keys(cell.parameters(this.sizes))) {
      if (name in this) throw new ValueError(op, 'cell.parameters', 'names that no layer has', `'${name}'`);
      Object.defineProperty(this, name, { get: () => this.getParams()[name] });
    }
  }

  /** The trained tensors, packed. */
  parameters(): Tensor[] {
    return [this.W, this.b];
  }

  /** The trained tensors with their names, packed. */
  namedParameters(): [name: string, parameter: Tensor][] {
    return Object.entries({ W: this.W, b: this.b });
  }

  /** All parameters under the spec's names; views of the layer's memory. */
  getParams(): P {
    this.exposed = true;
    return this.viewsOf({ W: this.W.value.data, b: this.b.value.data });
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
  loadStateDict(dict: NamedArrays): void {
    this.assignParams('loadStateDict', 'dict', dict);
  }

  /** Copies parameters into the layer, for a method of that name. */
  protected assignParams(method: string, argument: string, dict: NamedArrays): void {
    const op = `${this.op}.${method}`;
    const own = this.viewsOf({ W: this.W.value.data, b: this.b.value.data });
    checkKeys(op, argument, dict, Object.keys(own));
    for (const name in own) checkArray(op, name, dict[name], own[name].shape);
    // Packed before anything is written: views of this layer's own memory may come too, for example two gates swapped.
    const { W, b } = packParameters(this.cell, this.sizes, dict, this.dtype);
    this.W.update(({ data }) => data.set(W));
    this.b.update(({ data }) => data.set(b));
  }

  /** The spec's names over packed arrays; views. */
  protected viewsOf(packed: Packed): P {
    return namedViews(this.cell, this.sizes, packed) as NamedArrays as P;
  }

  /** Copies of the packed parameters, side by side in one buffer, in the dtype that a call computes in: a later write into `W_f` does not mix two layers. */
  protected packedCopy(dtype: Dtype): Packed {
    const [W, b] = [this.W.value.data, this.b.value.data];
    const n = W.length + b.length;
    const both = dtype === 'float64' ? new Float64Array(n) : new Float32Array(n);
    both.set(W);
    both.set(b, W.length);
    return { W: both.subarray(0, W.length), b: both.subarray(W.length) };
  }

  /** Whether the layer's parameters are the same numbers as these. */
  protected holds({ W, b }: Packed): boolean {
    return sameNumbers(W, this.W.value.data) && sameNumbers(b, this.b.value.data);
  }

  /** Changes with every update of the parameters that the graph knows of. */
  protected get version(): number {
    const [W, b] = this.memories;
    return W.version + b.version;
  }
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
