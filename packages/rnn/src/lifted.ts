import { cast, dense, resultType, wrap } from '@retrograd/arrays';
import { checkArray } from '@retrograd/arrays/internal';
import { lift, scan, slice, type Tensor, type TensorLike } from '@retrograd/autograd';
import { rnnCellBackward, rnnCellForward } from './cell.js';
import { rnnEquations } from './equations.js';
import { checkInputs } from './sequence.js';
import { allStates, finalState, run, runBackward } from './tape.js';

const cell = /* @__PURE__ */ lift(
  'rnnCell',
  (x_t, h_prev, W_xh, W_hh, b_h) => {
    const [h_t, cache] = rnnCellForward(x_t!, h_prev!, W_xh!, W_hh!, b_h!);
    return [[h_t], cache];
  },
  ([grad_h], cache) => rnnCellBackward(grad_h!, cache),
  {
    inputs: ['x_t', 'h_prev', 'W_xh', 'W_hh', 'b_h'],
    composed: (x_t, h_prev, W_xh, W_hh, b_h) => [rnnEquations(x_t!, h_prev!, W_xh!, W_hh!, b_h!)],
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

const sequence = /* @__PURE__ */ lift(
  'rnnSequence',
  (x, h_0, W, b) => {
    checkInputs('rnnSequence', x, h_0);
    const [I, H] = [x.shape[2], h_0.shape[1]];
    checkArray('rnnSequence', 'W', W, [H + I, H], () => `hidden ${H} + input ${I}`);
    checkArray('rnnSequence', 'b', b, [H]);
    const dtype = resultType(x, h_0, W, b);
    const tape = run(x, h_0, dense(cast(W, dtype)).data, dense(cast(b, dtype)).data, dtype);
    return [[allStates(tape), finalState(tape)], tape];
  },
  ([grad_h_all, grad_h_final], tape, [x, h_0]) => {
    const { grad_x, grad_h_0, grad_W, grad_b } = runBackward(tape, grad_h_all, grad_h_final, { x, h_0 });
    const { H, I } = tape;
    return [grad_x, grad_h_0, wrap(grad_W, [H + I, H]), wrap(grad_b, [H])];
  },
  {
    inputs: ['x', 'h_0', 'W', 'b'],
    release: ({ buffers }) => buffers.release(),
    fresh: true,
    composed: (x, h_0, W, b) => {
      const H = b.size;
      const W_hh = slice(W, [[0, H]]);
      const W_xh = slice(W, [[H, null]]);
      const [h_final, h_all] = scan<Tensor>(
        (h_prev, x_t) => {
          const h_t = rnnEquations(x_t, h_prev, W_xh, W_hh, b);
          return [h_t, h_t];
        },
        h_0,
        x,
      );
      return [h_all, h_final];
    },
  },
);

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
