import { copy, type NdArray, resultType } from '@retrograd/arrays';
import { Tensor, type TensorLike } from '@retrograd/autograd';
import { type LayerOptions, RecurrentLayer } from '@retrograd/recurrent/graph';
import { gruSequence } from './lifted.js';
import { G, type GRUParams, initialParams, namedViews } from './params.js';
import { checkGradients } from './sequence.js';
import { allStates, type GRUResident, type GRUTape, residentFor, run, runBackward, runStep } from './tape.js';

/**
 * A GRU layer, reset before the product (the equations are in cell.ts; z lets the new state in).
 *
 *     const gru = new GRU(3, 8, { seed: 1 });
 *     const h_all = gru.forward(x);              // arrays: hand-derived
 *     const grad_x = gru.backward(grad_h_all);   // then gru.getGradients().W_z
 *     const [all, final] = gru.forward(tensor(x)); // tensors: a node of the graph
 */
export class GRU extends RecurrentLayer<GRUParams, GRUTape, GRUResident> {
  protected override readonly stateNames = ['h'];
  protected override readonly stepping = { residentFor, runStep };

  /**
   * @param inputSize  I
   * @param hiddenSize H
   * @throws ValueError when a size is not a positive integer; ValueError, DtypeError for wrong options
   */
  constructor(inputSize: number, hiddenSize: number, options: LayerOptions = {}) {
    super('GRU', inputSize, hiddenSize, G, options, initialParams);
  }

  // The gates' weights (H + I, H) and biases (H): views of the layer's memory.

  get W_z(): NdArray {
    return this.getParams().W_z;
  }

  get b_z(): NdArray {
    return this.getParams().b_z;
  }

  get W_r(): NdArray {
    return this.getParams().W_r;
  }

  get b_r(): NdArray {
    return this.getParams().b_r;
  }

  get W_h(): NdArray {
    return this.getParams().W_h;
  }

  get b_h(): NdArray {
    return this.getParams().b_h;
  }

  /**
   * Runs a sequence. On arrays by hand, ready for `backward`; on a tensor as one op of the graph.
   * @param x   (B, T, I)
   * @param h_0 (B, H), zeros when left out
   * @returns for an array h_all (B, T, H); for a tensor h_all and h_final (B, H)
   * @throws ShapeError, DtypeError
   */
  forward(x: NdArray, h_0?: NdArray): NdArray;
  forward(x: Tensor, h_0?: TensorLike): [h_all: Tensor, h_final: Tensor];
  forward(x: NdArray | Tensor, h_0?: TensorLike): NdArray | [h_all: Tensor, h_final: Tensor] {
    if (x instanceof Tensor) {
      const [state] = this.checkTensors(x, [h_0]);
      return gruSequence(x, state, this.W, this.b);
    }
    const [state] = this.checkSequence('forward', x, [h_0 as NdArray | undefined]);
    const dtype = resultType(x, state, this.W.value);
    const { W, b } = this.packedCopy(dtype);
    const tape = run(copy(x), copy(state), W, b, dtype);
    this.remember(tape);
    return allStates(tape);
  }

  /** The graph call with the state as a list, the same for all recurrent layers. */
  run(x: Tensor, state?: readonly TensorLike[]): [h_all: Tensor, state: Tensor[]] {
    const [h_0] = this.checkState('run', state);
    const [h_all, h_final] = this.forward(x, h_0);
    return [h_all, [h_final]];
  }

  /**
   * Gradients of the last `forward` on arrays; those of the parameters wait in `getGradients`.
   * @param grad_h_all   (B, T, H)
   * @param grad_h_final (B, H) gradient that reaches the final state in addition
   * @returns gradient of x (B, T, I)
   * @throws StateError before the first forward, or when the parameters were changed since
   * @throws ShapeError, DtypeError
   */
  backward(grad_h_all: NdArray, grad_h_final?: NdArray): NdArray {
    const tape = this.recall();
    const { B, T, H } = tape;
    checkGradients('GRU.backward', [B, T, H], grad_h_all, grad_h_final);
    const { grad_x, grad_W, grad_b } = runBackward(tape, grad_h_all, grad_h_final, { x: true, h_0: false });
    this.keepGradients(grad_W, grad_b);
    return grad_x as NdArray;
  }

  /**
   * Copies parameters into the layer.
   * @param params exactly W_z, b_z, W_r, b_r, W_h, b_h
   * @throws ValueError, ShapeError, DtypeError; nothing is changed then
   */
  setParams(params: GRUParams): void {
    this.assignParams('setParams', 'params', params);
  }

  protected override viewsOf(W: NdArray, b: NdArray): GRUParams {
    return namedViews(W, b);
  }
}
