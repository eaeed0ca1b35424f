/** The GRU over a whole sequence, under the spec's API. The engine does the work; the equations are in cell.ts. */
import type { NdArray } from '@retrograd/arrays';
import { type CellBackward, sequenceBackward, sequenceForward } from '@retrograd/recurrent';
import { type GRUCache, gruCellBackward } from './cell.js';
import { gru } from './gru.js';
import type { GRUParams } from './params.js';

/**
 * A GRU over a sequence, from the state h_0.
 * @param x      (B, T, I)
 * @param h_0    (B, H)
 * @param params W_z, W_r, W_h (H + I, H) and b_z, b_r, b_h (H)
 * @returns h_all (B, T, H), h_final (B, H), and one cache a step, as gruCellBackward reads them
 * @throws ValueError when a parameter is missing or unknown
 * @throws ShapeError, DtypeError naming the argument that does not fit x's I and h_0's H
 */
export function gruForward(
  x: NdArray,
  h_0: NdArray,
  params: GRUParams,
): [h_all: NdArray, h_final: NdArray, caches: GRUCache[]] {
  const [h_all, [h_final], caches] = sequenceForward<GRUCache>(gru, x, [h_0], params);
  return [h_all, h_final, caches];
}

/**
 * The gradients of gruForward.
 *
 * Caches that come whole from one forward call take the fast path; a list put together by hand goes step by step.
 * @param grad_h_all   (B, T, H) gradients of all hidden states
 * @param caches       from gruForward; not changed
 * @param grad_h_final (B, H) gradient that reaches h_final in addition; zero when left out
 * @returns gradients of x (B, T, I), of every parameter by name, and of h_0 (B, H)
 * @throws StateError when caches is not a list of this layer's caches
 * @throws ShapeError when grad_h_all does not have h_all's shape
 */
export function gruBackward(
  grad_h_all: NdArray,
  caches: readonly GRUCache[],
  grad_h_final?: NdArray,
): [grad_x: NdArray, grad_params: GRUParams, grad_h_0: NdArray] {
  const { x, states, params } = sequenceBackward(gru, caches, [grad_h_all, grad_h_final], stepBack);
  return [x, params, states[0]];
}

/** gruCellBackward in the form that all cells share. */
export const stepBack: CellBackward<GRUCache, GRUParams> = ([grad_h], cache) => {
  const [x, h_prev, params] = gruCellBackward(grad_h, cache);
  return { x, states: [h_prev], params };
};
