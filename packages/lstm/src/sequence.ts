/** The LSTM over a whole sequence, under the spec's API. The engine does the work; the equations are in cell.ts. */
import type { NdArray } from '@retrograd/arrays';
import { type CellBackward, sequenceBackward, sequenceForward } from '@retrograd/recurrent';
import { type LSTMCache, lstmCellBackward } from './cell.js';
import { lstm } from './lstm.js';
import type { LSTMParams } from './params.js';

/**
 * An LSTM over a sequence, from the states h_0 and c_0.
 * @param x      (B, T, I)
 * @param h_0    (B, H)
 * @param c_0    (B, H)
 * @param params W_f, W_i, W_c, W_o (H + I, H) and b_f, b_i, b_c, b_o (H)
 * @returns h_all (B, T, H), h_final and c_final (B, H), and one cache a step, as lstmCellBackward reads them
 * @throws ValueError when a parameter is missing or unknown
 * @throws ShapeError, DtypeError naming the argument that does not fit x's I and h_0's H
 */
export function lstmForward(
  x: NdArray,
  h_0: NdArray,
  c_0: NdArray,
  params: LSTMParams,
): [h_all: NdArray, h_final: NdArray, c_final: NdArray, caches: LSTMCache[]] {
  const [h_all, [h_final, c_final], caches] = sequenceForward<LSTMCache>(lstm, x, [h_0, c_0], params);
  return [h_all, h_final, c_final, caches];
}

/**
 * The gradients of lstmForward.
 *
 * Caches that come whole from one forward call take the fast path; a list put together by hand goes step by step.
 * @param grad_h_all   (B, T, H) gradients of all hidden states
 * @param caches       from lstmForward; not changed
 * @param grad_h_final (B, H) gradient that reaches h_final in addition; zero when left out
 * @param grad_c_final (B, H) gradient that reaches c_final; zero when left out
 * @returns gradients of x (B, T, I), of every parameter by name, of h_0 and of c_0 (B, H)
 * @throws StateError when caches is not a list of this layer's caches
 * @throws ShapeError when grad_h_all does not have h_all's shape
 */
export function lstmBackward(
  grad_h_all: NdArray,
  caches: readonly LSTMCache[],
  grad_h_final?: NdArray,
  grad_c_final?: NdArray,
): [grad_x: NdArray, grad_params: LSTMParams, grad_h_0: NdArray, grad_c_0: NdArray] {
  const given = [grad_h_all, grad_h_final, grad_c_final] as const;
  const { x, states, params } = sequenceBackward(lstm, caches, given, stepBack);
  return [x, params, states[0], states[1]];
}

/** lstmCellBackward in the form that all cells share. */
export const stepBack: CellBackward<LSTMCache, LSTMParams> = ([grad_h, grad_c], cache) => {
  const [x, h_prev, c_prev, params] = lstmCellBackward(grad_h, grad_c, cache);
  return { x, states: [h_prev, c_prev], params };
};
