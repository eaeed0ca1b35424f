import type { Tensor, TensorLike } from '@retrograd/autograd';
import { type CellEquations, cellOp, sequenceOp } from '@retrograd/recurrent/graph';
import { lstmCellForward } from './cell.js';
import { type LSTMTensors, lstmEquations } from './equations.js';
import { lstm } from './lstm.js';
import { LSTM_PARAMS } from './params.js';
import { stepBack } from './sequence.js';

const equations: CellEquations = (x_t, [h_prev, c_prev], params) =>
  lstmEquations(x_t, h_prev, c_prev, params as LSTMTensors);

const cell = /* @__PURE__ */ cellOp(lstm, lstmCellForward, stepBack, equations);

/**
 * The hand-derived cell as one op of the graph.
 * @param x_t    (B, I)
 * @param h_prev (B, H)
 * @param c_prev (B, H)
 * @param params W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o; other keys are not looked at
 * @returns h_t and c_t, (B, H)
 * @throws ShapeError, DtypeError
 */
export function lstmCell(
  x_t: TensorLike,
  h_prev: TensorLike,
  c_prev: TensorLike,
  params: LSTMTensors,
): [h_t: Tensor, c_t: Tensor] {
  return cell(x_t, h_prev, c_prev, ...LSTM_PARAMS.map((name) => params[name])) as [Tensor, Tensor];
}

/**
 * The hand-derived sequence as one op of the graph: the fast path that LSTM takes.
 * @param x   (B, T, I)
 * @param h_0 (B, H)
 * @param c_0 (B, H)
 * @param W   (H + I, 4H) packed, gates side by side in the order f, i, c, o, hidden rows first
 * @param b   (4H)
 * @returns h_all (B, T, H), h_final and c_final (B, H)
 * @throws ShapeError, DtypeError
 */
export const lstmSequence = /* @__PURE__ */ sequenceOp<
  [x: TensorLike, h_0: TensorLike, c_0: TensorLike, W: TensorLike, b: TensorLike],
  [h_all: Tensor, h_final: Tensor, c_final: Tensor]
>(lstm, equations);
