import type { NdArray } from '@retrograd/arrays';
import { type LayerOptions, RecurrentLayer } from '@retrograd/recurrent/graph';
import { rnnSequence } from './graph-ops.js';
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
    super('VanillaRNN', rnn, rnnSequence, inputSize, hiddenSize, options);
  }

  /**
   * Copies parameters into the layer.
   * @throws ShapeError, DtypeError; nothing is changed then
   */
  setParams(W_xh: NdArray, W_hh: NdArray, b_h: NdArray): void {
    this.assignParams('setParams', 'params', { W_xh, W_hh, b_h });
  }
}
