import { copy, type Dtype, DtypeError, type NdArray, StateError, ValueError, zeros } from '@retrograd/arrays';
import { checkArray, checkInteger, describe } from '@retrograd/arrays/internal';
import { asTensor, Tensor, type TensorLike } from '@retrograd/autograd';
import { currentKernels } from '@retrograd/kernels';
import { type OutputGradients, runBackward } from '../backward.js';
import type { Cell } from '../cell.js';
import { ForwardPass } from '../forward.js';
import type { NamedArrays, Packed } from '../parameters.js';
import { checkGradients } from '../sequence.js';
import { stateNames } from '../series.js';
import { StepWorkspace } from '../step-workspace.js';
import { type LayerOptions, LayerParameters } from './layer-parameters.js';
import type { MultiOp } from './op.js';

/** States or their gradients; undefined where one was left out. */
type Given = readonly (NdArray | undefined)[];

/** For every state of `S`, say `[h: unknown, c: unknown]`, a T. */
type Each<S extends readonly unknown[], T> = { [K in keyof S]: T };

/**
 * A recurrent layer of any cell, with the parameters `P` and the states `S`:
 *
 *     class MGU extends RecurrentLayer<MGUParams> {
 *       constructor(inputSize, hiddenSize, options = {}) {
 *         super('MGU', mgu, mguSequence, inputSize, hiddenSize, options);
 *       }
 *     }
 */
export class RecurrentLayer<
  P extends NamedArrays,
  S extends readonly unknown[] = [h: unknown],
> extends LayerParameters<P> {
  private lastRun: { pass: ForwardPass; version: number } | null = null;
  private gradients: Packed | null = null;
  private streaming: StepWorkspace | null = null;
  private readonly stateNames = stateNames(this.cell);

  /**
   * @param op       the class's name, for messages
   * @param sequence the cell's op of the graph (`sequenceOp`)
   * @throws ValueError when a size is not a positive integer; ValueError, DtypeError for wrong options
   */
  constructor(
    op: string,
    cell: Cell,
    private readonly sequence: MultiOp,
    inputSize: number,
    hiddenSize: number,
    options: LayerOptions = {},
  ) {
    super(op, cell, inputSize, hiddenSize, options);
  }

  /**
   * Runs a sequence. On arrays by hand, ready for `backward`; on a tensor as one op of the graph.
   * @param x       (B, T, I)
   * @param initial (B, H) each, zeros when left out
   * @returns for an array h_all (B, T, H); for a tensor h_all and the final states (B, H)
   * @throws ShapeError, DtypeError
   */
  forward(x: NdArray, ...initial: Partial<Each<S, NdArray>>): NdArray;
  forward(x: Tensor, ...initial: Partial<Each<S, TensorLike>>): [h_all: Tensor, ...final: Each<S, Tensor>];
  forward(x: NdArray | Tensor, ...initial: readonly unknown[]): unknown {
    const op = `${this.op}.forward`;
    checkArray(op, 'x', x instanceof Tensor ? x.value : x, ['batch', 'time', this.inputSize]);
    const [B] = x.shape;
    if (x instanceof Tensor) return this.sequence(x, ...this.initialTensors(op, B, initial), this.W, this.b);
    const states = this.checkStates(op, B, initial as Given, '_0');
    const dtype = this.dtypeWith(x, states);
    const own = states.map((state) => state && copy(state));
    const pass = new ForwardPass(this.cell, copy(x), own, this.packedCopy(dtype), dtype);
    this.lastRun?.pass.saved.release();
    this.lastRun = { pass, version: this.version };
    return pass.outputs();
  }

  /** The graph call with the states as a list, the same for all recurrent layers. */
  run(x: Tensor, state?: readonly TensorLike[]): [h_all: Tensor, state: Tensor[]] {
    if (state !== undefined) this.requireState('run', state);
    const [h_all, ...final] = this.forward(x, ...((state ?? []) as Partial<Each<S, TensorLike>>));
    return [h_all, final];
  }

  /**
   * Gradients of the last `forward` on arrays; those of the parameters wait in `getGradients`.
   * @param grad_h_all (B, T, H)
   * @param grad_final (B, H) each, gradients that reach the final states in addition
   * @returns gradient of x (B, T, I)
   * @throws StateError before the first forward, or when the parameters were changed since
   * @throws ShapeError, DtypeError
   */
  backward(grad_h_all: NdArray, ...grad_final: Partial<Each<S, NdArray>>): NdArray {
    const op = `${this.op}.backward`;
    if (this.lastRun === null)
      throw new StateError(op, 'forward', 'called before backward', 'no forward call');
    const { pass, version } = this.lastRun;
    if (version !== this.version) {
      const remedy = 'call forward again after changing them';
      throw new StateError(op, 'parameters', 'unchanged since forward', 'changed ones', remedy);
    }
    const given: OutputGradients = [grad_h_all, ...(grad_final as Given)];
    checkGradients(op, this.cell, [pass.B, pass.T, pass.sizes.H], given);
    const { grad_x, grad_packed } = runBackward(pass, given, [true]);
    this.gradients = grad_packed;
    return grad_x as NdArray;
  }

  /**
   * Gradients of the parameters from the last `backward` on arrays, under the spec's names; views of one packed array, which
   * the next backward leaves alone.
   * @throws StateError before the first backward
   */
  getGradients(): P {
    if (this.gradients === null) {
      throw new StateError(`${this.op}.getGradients`, 'backward', 'called before', 'no gradients yet');
    }
    return this.viewsOf(this.gradients);
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
    const op = `${this.op}.step`;
    checkArray(op, 'x_t', x_t, ['batch', this.inputSize]);
    if (state !== undefined) this.requireState('step', state);
    const before = this.checkStates(op, x_t.shape[0], state ?? [], '');
    const workspace = this.workspaceFor(this.dtypeWith(x_t, before));
    workspace.step(x_t, before);
    const after = workspace.unload();
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
    const op = `${this.op}.advance`;
    this.requireState('advance', state, 'start with zeroState');
    checkArray(op, 'x_t', x_t, ['batch', this.inputSize]);
    for (let i = 0; i < state.length; i++) {
      checkArray(op, this.stateNames[i], state[i], [x_t.shape[0], this.hiddenSize]);
    }
    const dtype = this.dtypeWith(x_t, state);
    for (let i = 0; i < state.length; i++) {
      if (dtype === 'float32' || isDouble(state[i])) continue;
      throw new DtypeError(op, this.stateNames[i], 'float64, which the step computes in', 'float32');
    }
    const workspace = this.workspaceFor(dtype);
    workspace.step(x_t, state);
    workspace.store(state);
    return state[0];
  }

  private initialTensors(op: string, B: number, given: readonly unknown[]): TensorLike[] {
    return this.stateNames.map((name, i) => {
      if (given[i] === undefined) return zeros([B, this.hiddenSize], { dtype: this.dtype });
      const state = asTensor(op, `${name}_0`, given[i] as TensorLike);
      checkArray(op, `${name}_0`, state.value, [B, this.hiddenSize]);
      return state;
    });
  }

  /** Checks the states that are given. */
  private checkStates(op: string, B: number, given: Given, suffix: string): Given {
    return this.stateNames.map((name, i) => {
      if (given[i] !== undefined) checkArray(op, `${name}${suffix}`, given[i], [B, this.hiddenSize]);
      return given[i];
    });
  }

  /** The dtype that a call computes in. */
  private dtypeWith(x: NdArray, states: Given): Dtype {
    return this.dtype === 'float64' || isDouble(x) || states.some(isDouble) ? 'float64' : 'float32';
  }

  /** Checks that a state is the right list; what is in it is checked where it is used. */
  private requireState(method: string, state: unknown, remedy?: string): void {
    if (Array.isArray(state) && state.length === this.stateNames.length) return;
    const wanted = `[${this.stateNames.join(', ')}]`;
    const hint = remedy ?? `pass on the state that ${method} returned`;
    throw new ValueError(`${this.op}.${method}`, 'state', wanted, describe(state), hint);
  }

  /**
   * Packed weights for `step`, rebuilt when the weights change. Once a caller holds a view such as `W_f`, changes go unnoticed,
   * so from then on every step compares the weights.
   */
  private workspaceFor(dtype: Dtype): StepWorkspace {
    const { streaming, version } = this;
    if (
      streaming?.version === version &&
      streaming.dtype === dtype &&
      streaming.kernels === currentKernels().sequence &&
      (!this.exposed || this.holds(streaming.packed))
    ) {
      return streaming;
    }
    streaming?.release();
    this.streaming = new StepWorkspace(this.cell, this.sizes, this.packedCopy(dtype), dtype, version);
    return this.streaming;
  }
}

const isDouble = (array?: NdArray): boolean => array?.data instanceof Float64Array;
