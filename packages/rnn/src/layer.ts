import type { NdArray } from '@retrograd/arrays';
import type { Tensor, TensorLike } from '@retrograd/autograd';
import { type LayerOptions, RecurrentLayer } from '@retrograd/recurrent/graph';
import { sequence } from './graph-ops.js';
import type { RNNParams } from './params.js';
import { rnn } from './rnn.js';

/**
 * A vanilla (Elman) RNN layer: h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h).
 *
 *     const rnn = new VanillaRNN(3, 8, { seed: 1 });
 *     const h_all = rnn.forward(x);              // arrays: hand-derived
 *     const grad_x = rnn.backward(grad_h_all);   // then rnn.getGradients()
 *     const [all, final] = rnn.forward(tensor(x)); // tensors: a node of the graph
 */
export class VanillaRNN extends RecurrentLayer<RNNParams> {
  /** (I, H), a view of the layer's memory. */
  declare readonly W_xh: NdArray;
  /** (H, H), likewise. */
  declare readonly W_hh: NdArray;
  /** (H), likewise. */
  declare readonly b_h: NdArray;

  /**
   * @param inputSize  I
   * @param hiddenSize H
   * @throws ValueError when a size is not a positive integer; ValueError, DtypeError for wrong options
   */
  constructor(inputSize: number, hiddenSize: number, options: LayerOptions = {}) {
    super('VanillaRNN', rnn, sequence, inputSize, hiddenSize, options);
  }

  /**
   * Runs a sequence. On arrays by hand, ready for `backward`; on a tensor as one op of the graph.
   * @param x   (B, T, I)
   * @param h_0 (B, H), zeros when left out
   * @returns for an array h_all (B, T, H); for a tensor h_all and h_final (B, H)
   * @throws ShapeError, DtypeError
   */
  override forward(x: NdArray, h_0?: NdArray): NdArray;
  override forward(x: Tensor, h_0?: TensorLike): [h_all: Tensor, h_final: Tensor];
  override forward(x: NdArray | Tensor, h_0?: TensorLike): NdArray | Tensor[] {
    return super.forward(x, h_0);
  }

  /**
   * Gradients of the last `forward` on arrays; those of the parameters wait in `getGradients`.
   * @param grad_h_all   (B, T, H)
   * @param grad_h_final (B, H) gradient that reaches the final state in addition
   * @returns gradient of x (B, T, I)
   * @throws StateError before the first forward, or when the parameters were changed since
   * @throws ShapeError, DtypeError
   */
  override backward(grad_h_all: NdArray, grad_h_final?: NdArray): NdArray {
    return super.backward(grad_h_all, grad_h_final);
  }

  /**
   * Copies parameters into the layer.
   * @throws ShapeError, DtypeError; nothing is changed then
   */
  setParams(W_xh: NdArray, W_hh: NdArray, b_h: NdArray): void {
    this.assignParams('setParams', 'params', { W_xh, W_hh, b_h });
  }
}
