import type { Tensor, TensorLike } from '@retrograd/autograd';
import { type CellEquations, cellOp, sequenceOp } from '@retrograd/recurrent/graph';
import { rnnCellForward } from './cell.js';
import { rnnEquations } from './equations.js';
import { rnn } from './rnn.js';
import { stepBack } from './sequence.js';

const equations: CellEquations = (x_t, [h_prev], { W_xh, W_hh, b_h }) => [
  rnnEquations(x_t, h_prev, W_xh, W_hh, b_h),
];

const cell = /* @__PURE__ */ cellOp(rnn, rnnCellForward, stepBack, equations);

/**
 * The hand-derived cell as one op of the graph. Arguments and shapes as rnnCellForward.
 * @returns h_t (B, H)
 */
export function rnnCell(
  x_t: TensorLike,
  h_prev: TensorLike,
  W_xh: TensorLike,
  W_hh: TensorLike,
  b_h: TensorLike,
): Tensor {
  return cell(x_t, h_prev, W_xh, W_hh, b_h)[0];
}

/**
 * The hand-derived sequence as one op of the graph: the fast path that VanillaRNN takes.
 * @param x   (B, T, I)
 * @param h_0 (B, H)
 * @param W   (H + I, H) packed: W_hh above W_xh
 * @param b   (H)
 * @returns h_all (B, T, H) and h_final (B, H)
 * @throws ShapeError, DtypeError
 */
export const rnnSequence = /* @__PURE__ */ sequenceOp<
  [x: TensorLike, h_0: TensorLike, W: TensorLike, b: TensorLike],
  [h_all: Tensor, h_final: Tensor]
>(rnn, equations);
