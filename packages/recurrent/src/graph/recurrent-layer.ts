import {
  copy,
  type Dtype,
  DtypeError,
  dtypeOf,
  type FloatData,
  type NdArray,
  resultType,
  StateError,
  ValueError,
  wrap,
  zeros,
} from '@retrograd/arrays';
import { checkArray, checkInteger, describe } from '@retrograd/arrays/internal';
import { asTensor, constant, type Tensor, type TensorLike } from '@retrograd/autograd';
import { type Block, currentKernels } from '@retrograd/kernels';
import { store, unload } from '../transfer.js';
import { PackedParams } from './packed-params.js';

/** What a layer keeps between forward and backward on arrays. */
interface Run<Tape> {
  tape: Tape;
  /** The version of the weights that the run saw. */
  version: number;
}

/** Weights kept ready for time steps. */
interface Streaming<Ready> {
  resident: Ready;
  /** The parameters that it was made from. */
  W: FloatData;
  b: FloatData;
  version: number;
}

/** One time step of a layer, apart from the weights that it is computed with. */
export interface Stepping<Ready> {
  /** Readies packed weights and biases, which do not change, for steps of one dtype. */
  residentFor(W: FloatData, b: FloatData, I: number, H: number, dtype: Dtype): Ready;
  /** Computes a step. @returns blocks with the states after it, in the kernels' memory until their next call */
  runStep(x_t: NdArray, state: readonly NdArray[], resident: Ready): readonly Block[];
}

/** What the recurrent layers have in common besides their parameters: checks, states, and the last run on arrays. */
export abstract class RecurrentLayer<
  P extends { [K in keyof P]: NdArray },
  Tape extends { readonly buffers: { release(): void } },
  Ready extends { readonly kernels: unknown; readonly dtype: Dtype; free(): void },
> extends PackedParams<P> {
  private lastRun: Run<Tape> | null = null;
  private gradients: P | null = null;
  private streaming: Streaming<Ready> | null = null;
  /** What stands for states that were left out; nobody writes to it. */
  private zeroStart: NdArray | null = null;

  /** The arrays of the state: ['h'] or ['h', 'c']. */
  protected abstract readonly stateNames: readonly string[];

  /** How one time step is computed. */
  protected abstract readonly stepping: Stepping<Ready>;

  /**
   * Gradients of the parameters from the last `backward` on arrays, under the spec's names; views of one packed array, which
   * the next backward leaves alone.
   * @throws StateError before the first backward
   */
  getGradients(): P {
    if (this.gradients === null) {
      throw new StateError(`${this.op}.getGradients`, 'backward', 'called before', 'no gradients yet');
    }
    return this.gradients;
  }

  /**
   * The state before a sequence: zeros, (B, H) each.
   * @throws ValueError when batch is not an integer of at least 0
   */
  zeroState(batch: number): NdArray[] {
    checkInteger(`${this.op}.zeroState`, 'batch', batch, 0);
    return this.stateNames.map(() => zeros([batch, this.hiddenSize], { dtype: this.dtype }));
  }

  /**
   * One time step with the states carried and nothing kept for backward, for streaming.
   * @param x_t   (B, I)
   * @param state the arrays of `zeroState`, (B, H) each, from the step before; zeros when left out
   * @returns h_t (B, H) and the states after the step
   * @throws ShapeError, DtypeError, ValueError
   */
  step(x_t: NdArray, state?: readonly NdArray[]): [h_t: NdArray, state: NdArray[]] {
    const op = this.checkInput('step', x_t);
    const before = this.completeState(op, x_t.shape[0], this.checkState('step', state), '');
    const blocks = this.compute(x_t, before, this.resultType(x_t, before));
    const after = blocks.map((block, i) => wrap(unload(block), before[i].shape));
    return [copy(after[0]), after];
  }

  /**
   * As `step`, but writes the states after the step over `state`, so that a stream runs without making garbage.
   * @param x_t   (B, I)
   * @param state the arrays of `zeroState`, (B, H) each; they must not overlap
   * @returns h_t (B, H): state[0] itself, which the next call writes over
   * @throws ShapeError, ValueError; DtypeError when a state is float32 and anything else is float64; nothing is changed then
   */
  advance(x_t: NdArray, state: readonly NdArray[]): NdArray {
    this.requireState('advance', state);
    const op = this.checkInput('advance', x_t);
    for (let i = 0; i < state.length; i++) this.checkOneState(op, this.stateNames[i], state[i], x_t.shape[0]);
    const dtype = this.resultType(x_t, state);
    for (let i = 0; i < state.length; i++) {
      if (dtypeOf(state[i]) === dtype) continue;
      const wanted = `${dtype}, which the step computes in`;
      throw new DtypeError(op, this.stateNames[i], wanted, dtypeOf(state[i]));
    }
    const blocks = this.compute(x_t, state, dtype);
    for (let i = 0; i < state.length; i++) store(blocks[i], state[i]);
    return state[0];
  }

  /** Checks a sequence (B, T, I) and completes the initial states with zeros. */
  protected checkSequence(method: string, x: NdArray, given: readonly (NdArray | undefined)[]): NdArray[] {
    const op = `${this.op}.${method}`;
    checkArray(op, 'x', x, ['batch', 'time', this.inputSize]);
    return this.completeState(op, x.shape[0], given, '_0');
  }

  /** Checks the input of one step. @returns what errors call the method */
  private checkInput(method: string, x_t: NdArray): string {
    const op = `${this.op}.${method}`;
    checkArray(op, 'x_t', x_t, ['batch', this.inputSize]);
    return op;
  }

  private checkOneState(op: string, name: string, value: NdArray, B: number): void {
    checkArray(op, name, value, [B, this.hiddenSize]);
  }

  /** Checks that a state, when there is one, is the right list; what is in it is checked where it is used. */
  protected checkState<S>(method: string, state: readonly S[] | undefined): readonly S[] {
    if (state === undefined) return [];
    this.requireState(method, state, `pass on the state that ${method} returned`);
    return state;
  }

  private requireState(method: string, state: unknown, remedy = 'start with zeroState'): void {
    if (Array.isArray(state) && state.length === this.stateNames.length) return;
    const wanted = `[${this.stateNames.join(', ')}]`;
    throw new ValueError(`${this.op}.${method}`, 'state', wanted, describe(state), remedy);
  }

  private completeState(
    op: string,
    B: number,
    given: readonly (NdArray | undefined)[],
    suffix: string,
  ): NdArray[] {
    return this.stateNames.map((name, i) => {
      const value = given[i];
      if (value === undefined) return this.zerosFor(B);
      this.checkOneState(op, `${name}${suffix}`, value, B);
      return value;
    });
  }

  private zerosFor(B: number): NdArray {
    if (this.zeroStart?.shape[0] !== B) this.zeroStart = zeros([B, this.hiddenSize], { dtype: this.dtype });
    return this.zeroStart as NdArray;
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

  /** The dtype that a step computes in. */
  private resultType(x_t: NdArray, state: readonly NdArray[]): Dtype {
    let dtype = resultType(x_t, this.W.value);
    for (const each of state) if (dtypeOf(each) === 'float64') dtype = 'float64';
    return dtype;
  }

  private compute(x_t: NdArray, state: readonly NdArray[], dtype: Dtype): readonly Block[] {
    return this.stepping.runStep(x_t, state, this.resident(dtype));
  }

  /**
   * What a step needs of the weights, made when they have changed. Somebody who holds a view of them (`W_f`, …) can change them
   * without a word, so from the first time that one was handed out they are compared at every step.
   */
  private resident(dtype: Dtype): Ready {
    const before = this.streaming;
    const fresh =
      before !== null &&
      before.version === this.version &&
      before.resident.dtype === dtype &&
      before.resident.kernels === currentKernels().sequence &&
      (!this.exposed || this.holdsSame(before));
    if (fresh) return before.resident;
    before?.resident.free();
    const { W, b } = this.packedCopy(dtype);
    const resident = this.stepping.residentFor(W, b, this.inputSize, this.hiddenSize, dtype);
    this.streaming = { resident, W, b, version: this.version };
    return resident;
  }

  private holdsSame({ W, b }: Streaming<Ready>): boolean {
    return sameData(W, this.W.value.data) && sameData(b, this.b.value.data);
  }

  /**
   * Copies of the packed parameters as flat data of the dtype that a call computes in, so that somebody who writes into `W_f`
   * afterwards does not get results of two different layers mixed.
   */
  protected packedCopy(dtype: Dtype): { W: FloatData; b: FloatData } {
    return { W: copy(this.W.value, { dtype }).data, b: copy(this.b.value, { dtype }).data };
  }

  protected remember(tape: Tape): void {
    this.lastRun?.tape.buffers.release();
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

function sameData(a: FloatData, b: FloatData): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
