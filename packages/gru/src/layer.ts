import type { NdArray } from '@retrograd/arrays';
import { type LayerOptions, RecurrentLayer } from '@retrograd/recurrent/graph';
import { gruSequence } from './graph-ops.js';
import { gru } from './gru.js';
import type { GRUParams } from './params.js';

/**
 * A GRU layer, reset before the product (the equations are in cell.ts; z lets the new state in).
 *
 *     const gru = new GRU(3, 8, { seed: 1 });
 *     const h_all = gru.forward(x);              // arrays: hand-derived
 *     const grad_x = gru.backward(grad_h_all);   // then gru.getGradients().W_z
 *     const [all, final] = gru.forward(tensor(x)); // tensors: a node of the graph
 */
export class GRU extends RecurrentLayer<GRUParams> {
  // The gates' weights (H + I, H) and biases (H): views of the layer's memory.
  declare readonly W_z: NdArray;
  declare readonly b_z: NdArray;
  declare readonly W_r: NdArray;
  declare readonly b_r: NdArray;
  declare readonly W_h: NdArray;
  declare readonly b_h: NdArray;

  /**
   * @param inputSize  I
   * @param hiddenSize H
   * @throws ValueError when a size is not a positive integer; ValueError, DtypeError for wrong options
   */
  constructor(inputSize: number, hiddenSize: number, options: LayerOptions = {}) {
    super('GRU', gru, gruSequence, inputSize, hiddenSize, options);
  }

  /**
   * Copies parameters into the layer.
   * @param params exactly W_z, b_z, W_r, b_r, W_h, b_h
   * @throws ValueError, ShapeError, DtypeError; nothing is changed then
   */
  setParams(params: GRUParams): void {
    this.assignParams('setParams', 'params', params);
  }
}
