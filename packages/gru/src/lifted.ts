import { cast, dense, resultType, wrap } from '@retrograd/arrays';
import { checkArray } from '@retrograd/arrays/internal';
import { lift, scan, slice, type Tensor, type TensorLike } from '@retrograd/autograd';
import { perGate } from '@retrograd/recurrent';
import { gruCellBackward, gruCellForward } from './cell.js';
import { type GRUTensors, gruEquations } from './equations.js';
import { G, GATES, GRU_PARAMS } from './params.js';
import { checkInputs } from './sequence.js';
import { allStates, finalState, run, runBackward } from './tape.js';

const cell = /* @__PURE__ */ lift(
  'gruCell',
  (x_t, h_prev, W_z, b_z, W_r, b_r, W_h, b_h) => {
    const [h_t, cache] = gruCellForward(x_t, h_prev, W_z, b_z, W_r, b_r, W_h, b_h);
    return [[h_t], cache];
  },
  ([grad_h], cache) => {
    const [grad_x, grad_h_prev, grad_params] = gruCellBackward(grad_h, cache);
    return [grad_x, grad_h_prev, ...GRU_PARAMS.map((name) => grad_params[name])];
  },
  {
    inputs: /* @__PURE__ */ ['x_t', 'h_prev'].concat(GRU_PARAMS),
    composed: (x_t, h_prev, W_z, b_z, W_r, b_r, W_h, b_h) => [
      gruEquations(x_t, h_prev, { W_z, b_z, W_r, b_r, W_h, b_h }),
    ],
  },
);

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

const sequence = /* @__PURE__ */ lift(
  'gruSequence',
  (x, h_0, W, b) => {
    checkInputs('gruSequence', x, h_0);
    const [I, H] = [x.shape[2], h_0.shape[1]];
    checkArray('gruSequence', 'W', W, [H + I, G * H], () => `hidden ${H} + input ${I}, 3 gates`);
    checkArray('gruSequence', 'b', b, [G * H], () => `3 gates of hidden ${H}`);
    const dtype = resultType(x, h_0, W, b);
    const tape = run(x, h_0, dense(cast(W, dtype)).data, dense(cast(b, dtype)).data, dtype);
    return [[allStates(tape), finalState(tape)], tape];
  },
  ([grad_h_all, grad_h_final], tape, [x, h_0]) => {
    const { I, H } = tape;
    const { grad_x, grad_h_0, grad_W, grad_b } = runBackward(tape, grad_h_all, grad_h_final, { x, h_0 });
    return [grad_x, grad_h_0, wrap(grad_W, [H + I, G * H]), wrap(grad_b, [G * H])];
  },
  {
    inputs: ['x', 'h_0', 'W', 'b'],
    release: ({ buffers }) => buffers.release(),
    fresh: true,
    composed: (x, h_0, W, b) => {
      const params = namedSlices(W, b);
      const [h_final, h_all] = scan<Tensor>(
        (h_prev, x_t) => {
          const h_t = gruEquations(x_t, h_prev, params);
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
 * The hand-derived sequence as one op of the graph: the fast path that GRU takes.
 * @param x   (B, T, I)
 * @param h_0 (B, H)
 * @param W   (H + I, 3H) packed, gates side by side in the order z, r, h, hidden rows first
 * @param b   (3H)
 * @returns h_all (B, T, H) and h_final (B, H)
 * @throws ShapeError, DtypeError
 */
export function gruSequence(
  x: TensorLike,
  h_0: TensorLike,
  W: TensorLike,
  b: TensorLike,
): [h_all: Tensor, h_final: Tensor] {
  return sequence(x, h_0, W, b) as [Tensor, Tensor];
}

/** The spec's names over packed tensors, as slices that the graph knows. */
function namedSlices(W: Tensor, b: Tensor): GRUTensors {
  const H = b.size / G;
  const columns = (g: number): [number, number] => [g * H, (g + 1) * H];
  return perGate(
    GATES,
    (g) => slice(W, [null, columns(g)]),
    (g) => slice(b, [columns(g)]),
  );
}
