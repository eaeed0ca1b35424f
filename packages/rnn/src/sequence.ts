/** The vanilla RNN over a whole sequence, under the spec's API. The engine does the work; the equations are in cell.ts. */
import type { NdArray } from '@retrograd/arrays';
import { type CellBackward, sequenceBackward, sequenceForward } from '@retrograd/recurrent';
import { type RNNCache, rnnCellBackward } from './cell.js';
import type { RNNParams } from './params.js';
import { rnn } from './rnn.js';

/**
 * A vanilla RNN over a sequence: h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h) for t = 1 … T.
 * @param x   (B, T, I)
 * @param h_0 (B, H)
 * @param W_xh (I, H)
 * @param W_hh (H, H)
 * @param b_h (H)
 * @returns h_all (B, T, H), h_final (B, H), and one cache a step, as rnnCellBackward reads them
 * @throws ShapeError, DtypeError naming the argument that does not fit x's I and h_0's H
 */
export function rnnForward(
  x: NdArray,
  h_0: NdArray,
  W_xh: NdArray,
  W_hh: NdArray,
  b_h: NdArray,
): [h_all: NdArray, h_final: NdArray, caches: RNNCache[]] {
  const [h_all, [h_final], caches] = sequenceForward<RNNCache>(rnn, x, [h_0], { W_xh, W_hh, b_h });
  return [h_all, h_final, caches];
}

/**
 * The gradients of rnnForward.
 *
 * Caches that come whole from one forward call take the fast path; a list put together by hand goes step by step.
 * @param grad_h_all   (B, T, H) gradients of all hidden states
 * @param caches       from rnnForward; not changed
 * @param grad_h_final (B, H) gradient that reaches h_final in addition; zero when left out
 * @returns gradients of x (B, T, I), W_xh (I, H), W_hh (H, H), b_h (H) and h_0 (B, H)
 * @throws StateError when caches is not a list of this layer's caches
 * @throws ShapeError when grad_h_all does not have h_all's shape
 */
export function rnnBackward(
  grad_h_all: NdArray,
  caches: readonly RNNCache[],
  grad_h_final?: NdArray,
): [grad_x: NdArray, grad_W_xh: NdArray, grad_W_hh: NdArray, grad_b_h: NdArray, grad_h_0: NdArray] {
  const { x, states, params } = sequenceBackward(rnn, caches, [grad_h_all, grad_h_final], stepBack);
  return [x, params.W_xh, params.W_hh, params.b_h, states[0]];
}

/** rnnCellBackward in the form that all cells share. */
export const stepBack: CellBackward<RNNCache, RNNParams> = ([grad_h], cache) => {
  const [x, h_prev, W_xh, W_hh, b_h] = rnnCellBackward(grad_h, cache);
  return { x, states: [h_prev], params: { W_xh, W_hh, b_h } };
};
