import { copy, type NdArray, resultType } from '@retrograd/arrays';
import { Tensor, type TensorLike } from '@retrograd/autograd';
import { type LayerOptions, RecurrentLayer } from '@retrograd/recurrent/graph';
import { lstmSequence } from './lifted.js';
import { G, initialParams, type LSTMParams, namedViews } from './params.js';
import { checkGradients } from './sequence.js';
import {
  allStates,
  type LSTMResident,
  type LSTMTape,
  residentFor,
  run,
  runBackward,
  runStep,
} from './tape.js';

/**
 * An LSTM layer with forget gate (the equations are in cell.ts). The forget bias starts at 1.
 *
 *     const lstm = new LSTM(3, 8, { seed: 1 });
 *     const h_all = lstm.forward(x);              // arrays: hand-derived
 *     const grad_x = lstm.backward(grad_h_all);   // then lstm.getGradients().W_f
 *     const [all, h, c] = lstm.forward(tensor(x)); // tensors: a node of the graph
 */
export class LSTM extends RecurrentLayer<LSTMParams, LSTMTape, LSTMResident> {
  protected override readonly stateNames = ['h', 'c'];
  protected override readonly stepping = { residentFor, runStep };

  /**
   * @param inputSize  I
   * @param hiddenSize H
   * @throws ValueError when a size is not a positive integer; ValueError, DtypeError for wrong options
   */
  constructor(inputSize: number, hiddenSize: number, options: LayerOptions = {}) {
    super('LSTM', inputSize, hiddenSize, G, options, initialParams);
  }

  // The gates' weights (H + I, H) and biases (H): views of the layer's memory.

  get W_f(): NdArray {
    return this.getParams().W_f;
  }

  get b_f(): NdArray {
    return this.getParams().b_f;
  }

  get W_i(): NdArray {
    return this.getParams().W_i;
  }

  get b_i(): NdArray {
    return this.getParams().b_i;
  }

  get W_c(): NdArray {
    return this.getParams().W_c;
  }

  get b_c(): NdArray {
    return this.getParams().b_c;
  }

  get W_o(): NdArray {
    return this.getParams().W_o;
  }

  get b_o(): NdArray {
    return this.getParams().b_o;
  }

  /**
   * Runs a sequence. On arrays by hand, ready for `backward`; on a tensor as one op of the graph.
   * @param x   (B, T, I)
   * @param h_0 (B, H), zeros when left out
   * @param c_0 (B, H), zeros when left out
   * @returns for an array h_all (B, T, H); for a tensor h_all, h_final (B, H) and c_final (B, H)
   * @throws ShapeError, DtypeError
   */
  forward(x: NdArray, h_0?: NdArray, c_0?: NdArray): NdArray;
  forward(x: Tensor, h_0?: TensorLike, c_0?: TensorLike): [h_all: Tensor, h_final: Tensor, c_final: Tensor];
  forward(
    x: NdArray | Tensor,
    h_0?: TensorLike,
    c_0?: TensorLike,
  ): NdArray | [h_all: Tensor, h_final: Tensor, c_final: Tensor] {
    if (x instanceof Tensor) {
      const [hidden, cell] = this.checkTensors(x, [h_0, c_0]);
      return lstmSequence(x, hidden, cell, this.W, this.b);
    }
    const [hidden, cell] = this.checkSequence('forward', x, [h_0, c_0] as (NdArray | undefined)[]);
    const dtype = resultType(x, hidden, cell, this.W.value);
    const { W, b } = this.packedCopy(dtype);
    const tape = run(copy(x), copy(hidden), copy(cell), W, b, dtype);
    this.remember(tape);
    return allStates(tape);
  }

  /** The graph call with the states as a list, the same for all recurrent layers. */
  run(x: Tensor, state?: readonly TensorLike[]): [h_all: Tensor, state: Tensor[]] {
    const [h_0, c_0] = this.checkState('run', state);
    const [h_all, ...final] = this.forward(x, h_0, c_0);
    return [h_all, final];
  }

  /**
   * Gradients of the last `forward` on arrays; those of the parameters wait in `getGradients`.
   * @param grad_h_all   (B, T, H)
   * @param grad_h_final (B, H) gradient that reaches the final hidden state in addition
   * @param grad_c_final (B, H) gradient that reaches the final cell state
   * @returns gradient of x (B, T, I)
   * @throws StateError before the first forward, or when the parameters were changed since
   * @throws ShapeError, DtypeError
   */
  backward(grad_h_all: NdArray, grad_h_final?: NdArray, grad_c_final?: NdArray): NdArray {
    const tape = this.recall();
    const { B, T, H } = tape;
    checkGradients('LSTM.backward', [B, T, H], grad_h_all, grad_h_final, grad_c_final);
    const wanted = { x: true, h_0: false, c_0: false };
    const { grad_x, grad_W, grad_b } = runBackward(tape, grad_h_all, grad_h_final, grad_c_final, wanted);
    this.keepGradients(grad_W, grad_b);
    return grad_x as NdArray;
  }

  /**
   * Copies parameters into the layer.
   * @param params exactly W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o
   * @throws ValueError, ShapeError, DtypeError; nothing is changed then
   */
  setParams(params: LSTMParams): void {
    this.assignParams('setParams', 'params', params);
  }

  protected override viewsOf(W: NdArray, b: NdArray): LSTMParams {
    return namedViews(W, b);
  }
}
