import type { NdArray } from '@retrograd/arrays';
import { type LayerOptions, RecurrentLayer } from '@retrograd/recurrent/graph';
import { lstmSequence } from './graph-ops.js';
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
export class LSTM extends RecurrentLayer<LSTMParams, [h: unknown, c: unknown]> {
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
    super('LSTM', lstm, lstmSequence, inputSize, hiddenSize, options);
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
