import type { NdArray } from '@retrograd/arrays';
import type { Tensor, TensorLike } from '@retrograd/autograd';
import { type LayerOptions, RecurrentLayer } from '@retrograd/recurrent/graph';
import { sequence } from './graph-ops.js';
import { lstm } from './lstm.js';
import type { LSTMParams } from './params.js';

/**
 * An LSTM layer with forget gate (the equations are in cell.ts). The forget bias starts at 1.
 *
 *     const lstm = new LSTM(3, 8, { seed: 1 });
 *     const h_all = lstm.forward(x);              // arrays: hand-derived
 *     const grad_x = lstm.backward(grad_h_all);   // then lstm.getGradients().W_f
 *     const [all, h, c] = lstm.forward(tensor(x)); // tensors: a node of the graph
 */
export class LSTM extends RecurrentLayer<LSTMParams> {
  // The gates' weights (H + I, H) and biases (H): views of the layer's memory.
  declare readonly W_f: NdArray;
  declare readonly b_f: NdArray;
  declare readonly W_i: NdArray;
  declare readonly b_i: NdArray;
  declare readonly W_c: NdArray;
  declare readonly b_c: NdArray;
  declare readonly W_o: NdArray;
  declare readonly b_o: NdArray;

  /**
   * @param inputSize  I
   * @param hiddenSize H
   * @throws ValueError when a size is not a positive integer; ValueError, DtypeError for wrong options
   */
  constructor(inputSize: number, hiddenSize: number, options: LayerOptions = {}) {
    super('LSTM', lstm, sequence, inputSize, hiddenSize, options);
  }

  /**
   * Runs a sequence. On arrays by hand, ready for `backward`; on a tensor as one op of the graph.
   * @param x   (B, T, I)
   * @param h_0 (B, H), zeros when left out
   * @param c_0 (B, H), zeros when left out
   * @returns for an array h_all (B, T, H); for a tensor h_all, h_final (B, H) and c_final (B, H)
   * @throws ShapeError, DtypeError
   */
  override forward(x: NdArray, h_0?: NdArray, c_0?: NdArray): NdArray;
  override forward(
    x: Tensor,
    h_0?: TensorLike,
    c_0?: TensorLike,
  ): [h_all: Tensor, h_final: Tensor, c_final: Tensor];
  override forward(x: NdArray | Tensor, h_0?: TensorLike, c_0?: TensorLike): NdArray | Tensor[] {
    return super.forward(x, h_0, c_0);
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
  override backward(grad_h_all: NdArray, grad_h_final?: NdArray, grad_c_final?: NdArray): NdArray {
    return super.backward(grad_h_all, grad_h_final, grad_c_final);
  }

  /**
   * Copies parameters into the layer.
   * @param params exactly W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o
   * @throws ValueError, ShapeError, DtypeError; nothing is changed then
   */
  setParams(params: LSTMParams): void {
    this.assignParams('setParams', 'params', params);
  }
}
