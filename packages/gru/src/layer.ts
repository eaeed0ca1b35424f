import type { NdArray } from '@retrograd/arrays';
import type { Tensor, TensorLike } from '@retrograd/autograd';
import { type LayerOptions, RecurrentLayer } from '@retrograd/recurrent/graph';
import { sequence } from './graph-ops.js';
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
    super('GRU', gru, sequence, inputSize, hiddenSize, options);
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
   * @param params exactly W_z, b_z, W_r, b_r, W_h, b_h
   * @throws ValueError, ShapeError, DtypeError; nothing is changed then
   */
  setParams(params: GRUParams): void {
    this.assignParams('setParams', 'params', params);
  }
}
