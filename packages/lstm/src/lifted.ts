import { cast, dense, resultType, wrap } from '@retrograd/arrays';
import { checkArray } from '@retrograd/arrays/internal';
import { lift, scan, slice, type Tensor, type TensorLike } from '@retrograd/autograd';
import { perGate } from '@retrograd/recurrent';
import { lstmCellBackward, lstmCellForward } from './cell.js';
import { type LSTMTensors, lstmEquations } from './equations.js';
import { G, GATES, LSTM_PARAMS } from './params.js';
import { checkInputs } from './sequence.js';
import { allStates, finalCell, finalHidden, run, runBackward } from './tape.js';

const cell = /* @__PURE__ */ lift(
  'lstmCell',
  (x_t, h_prev, c_prev, W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o) => {
    const [h_t, c_t, cache] = lstmCellForward(x_t, h_prev, c_prev, W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o);
    return [[h_t, c_t], cache];
  },
  ([grad_h, grad_c], cache) => {
    const [grad_x, grad_h_prev, grad_c_prev, grad_params] = lstmCellBackward(grad_h, grad_c, cache);
    return [grad_x, grad_h_prev, grad_c_prev, ...LSTM_PARAMS.map((name) => grad_params[name])];
  },
  {
    inputs: /* @__PURE__ */ ['x_t', 'h_prev', 'c_prev'].concat(LSTM_PARAMS),
    composed: (x_t, h_prev, c_prev, W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o) =>
      lstmEquations(x_t, h_prev, c_prev, { W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o }),
  },
);

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

const sequence = /* @__PURE__ */ lift(
  'lstmSequence',
  (x, h_0, c_0, W, b) => {
    checkInputs('lstmSequence', x, h_0, c_0);
    const [I, H] = [x.shape[2], h_0.shape[1]];
    checkArray('lstmSequence', 'W', W, [H + I, G * H], () => `hidden ${H} + input ${I}, 4 gates`);
    checkArray('lstmSequence', 'b', b, [G * H], () => `4 gates of hidden ${H}`);
    const dtype = resultType(x, h_0, c_0, W, b);
    const tape = run(x, h_0, c_0, dense(cast(W, dtype)).data, dense(cast(b, dtype)).data, dtype);
    return [[allStates(tape), finalHidden(tape), finalCell(tape)], tape];
  },
  ([grad_h_all, grad_h_final, grad_c_final], tape, [x, h_0, c_0]) => {
    const { I, H } = tape;
    const grads = runBackward(tape, grad_h_all, grad_h_final, grad_c_final, { x, h_0, c_0 });
    const grad_W = wrap(grads.grad_W, [H + I, G * H]);
    return [grads.grad_x, grads.grad_h_0, grads.grad_c_0, grad_W, wrap(grads.grad_b, [G * H])];
  },
  {
    inputs: ['x', 'h_0', 'c_0', 'W', 'b'],
    release: ({ buffers }) => buffers.release(),
    fresh: true,
    composed: (x, h_0, c_0, W, b) => {
      const params = namedSlices(W, b);
      const [[h_final, c_final], h_all] = scan<Tensor[]>(
        ([h_prev, c_prev], x_t) => {
          const [h_t, c_t] = lstmEquations(x_t, h_prev, c_prev, params);
          return [[h_t, c_t], h_t];
        },
        [h_0, c_0],
        x,
      );
      return [h_all, h_final, c_final];
    },
  },
);

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
export function lstmSequence(
  x: TensorLike,
  h_0: TensorLike,
  c_0: TensorLike,
  W: TensorLike,
  b: TensorLike,
): [h_all: Tensor, h_final: Tensor, c_final: Tensor] {
  return sequence(x, h_0, c_0, W, b) as [Tensor, Tensor, Tensor];
}

/** The spec's names over packed tensors, as slices that the graph knows. */
function namedSlices(W: Tensor, b: Tensor): LSTMTensors {
  const H = b.size / G;
  const columns = (g: number): [number, number] => [g * H, (g + 1) * H];
  return perGate(
    GATES,
    (g) => slice(W, [null, columns(g)]),
    (g) => slice(b, [columns(g)]),
  );
}
