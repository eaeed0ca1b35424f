import type { Tensor, TensorLike } from '@retrograd/autograd';
import { type CellEquations, cellOp, sequenceOp } from '@retrograd/recurrent/graph';
import { gruCellForward } from './cell.js';
import { type GRUTensors, gruEquations } from './equations.js';
import { gru } from './gru.js';
import { GRU_PARAMS } from './params.js';
import { stepBack } from './sequence.js';

const equations: CellEquations = (x_t, [h_prev], params) => [gruEquations(x_t, h_prev, params as GRUTensors)];

const cell = /* @__PURE__ */ cellOp(gru, gruCellForward, stepBack, equations);

/**
 * The hand-derived cell as one op of the graph.
 * @param x_t    (B, I)
 * @param h_prev (B, H)
 * @param params W_z, b_z, W_r, b_r, W_h, b_h; other keys are not looked at
 * @returns h_t (B, H)
 * @throws ShapeError, DtypeError
 */
export function gruCell(x_t: TensorLike, h_prev: TensorLike, params: GRUTensors): Tensor {
  return cell(x_t, h_prev, ...GRU_PARAMS.map((name) => params[name]))[0];
}

/**
 * The hand-derived sequence as one op of the graph: the fast path that GRU takes.
 * @param x   (B, T, I)
 * @param h_0 (B, H)
 * @param W   (H + I, 3H) packed, gates side by side in the order z, r, h, hidden rows first
 * @param b   (3H)
 * @returns h_all (B, T, H) and h_final (B, H)
 * @throws ShapeError, DtypeError
 */
export const gruSequence = /* @__PURE__ */ sequenceOp<
  [x: TensorLike, h_0: TensorLike, W: TensorLike, b: TensorLike],
  [h_all: Tensor, h_final: Tensor]
>(gru, equations);
