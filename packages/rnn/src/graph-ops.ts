import { lift, type Tensor, type TensorLike } from '@retrograd/autograd';
import { sequenceOp } from '@retrograd/recurrent/graph';
import { rnnCellBackward, rnnCellForward } from './cell.js';
import { rnnEquations } from './equations.js';
import { rnn } from './rnn.js';

const cell = /* @__PURE__ */ lift(
  'rnnCell',
  (x_t, h_prev, W_xh, W_hh, b_h) => {
    const [h_t, cache] = rnnCellForward(x_t, h_prev, W_xh, W_hh, b_h);
    return [[h_t], cache];
  },
  ([grad_h], cache) => rnnCellBackward(grad_h, cache),
  {
    inputs: ['x_t', 'h_prev', 'W_xh', 'W_hh', 'b_h'],
    composed: (x_t, h_prev, W_xh, W_hh, b_h) => [rnnEquations(x_t, h_prev, W_xh, W_hh, b_h)],
  },
);

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

/** @internal rnnSequence with its inputs as a list, as the layer calls it. */
export const sequence = /* @__PURE__ */ sequenceOp(rnn, (x_t, [h_prev], { W_xh, W_hh, b_h }) => [
  rnnEquations(x_t, h_prev, W_xh, W_hh, b_h),
]);

/**
 * The hand-derived sequence as one op of the graph: the fast path that VanillaRNN takes.
 * @param x   (B, T, I)
 * @param h_0 (B, H)
 * @param W   (H + I, H) packed: W_hh above W_xh
 * @param b   (H)
 * @returns h_all (B, T, H) and h_final (B, H)
 * @throws ShapeError, DtypeError
 */
export function rnnSequence(
  x: TensorLike,
  h_0: TensorLike,
  W: TensorLike,
  b: TensorLike,
): [h_all: Tensor, h_final: Tensor] {
  return sequence(x, h_0, W, b) as [Tensor, Tensor];
}
