import { GraphError, ShapeError, zeros } from '@retrograd/arrays';
import { describe, formatShape } from '@retrograd/arrays/internal';
import { asTensor, type TensorLike } from './as-tensor.js';
import { record } from './call.js';
import { stack, unstack } from './ops/stack.js';
import { constant, Tensor } from './tensor.js';

/** One tensor (a hidden state) or several (h and c). */
export type ScanState = Tensor | readonly Tensor[];

/** One time step: (state before it, its input) to (state after it, its output). */
export type ScanStep<S extends ScanState> = (
  state: S,
  x_t: Tensor,
  t: number,
) => readonly [state: S, y_t: Tensor];

/**
 * Runs a step function over time, carrying the state; a recurrent cell needs nothing else to become a layer:
 *
 *     const [h_final, h_all] = scan((h, x_t) => { const h_t = cell(x_t, h); return [h_t, h_t]; }, h_0, x);
 *
 * @param step         called once for every t, in order. When T = 0 it is called once on zeros, to learn the
 *                     output's shape.
 * @param initialState the state before the first step, any tensor or list of tensors
 * @param xs           (B, T, …) inputs, batch first
 * @returns the state after the last step, and the outputs (B, T, …)
 * @throws ShapeError when xs has no time axis, or the outputs of two steps have different shapes
 * @throws GraphError when step does not return a pair
 */
export function scan<S extends ScanState>(
  step: ScanStep<S>,
  initialState: S,
  xs: TensorLike,
): [finalState: S, ys: Tensor] {
  if (typeof step !== 'function') throw new GraphError('scan', 'step', 'a function', describe(step));
  const x = asTensor('scan', 'xs', xs);
  if (x.shape.length < 2) throw new ShapeError('scan', 'xs', '[batch, time, …]', formatShape(x.shape));
  const [B, T, ...rest] = x.shape as [number, number, ...number[]];
  if (T === 0) {
    const x_t = constant(zeros([B, ...rest], { dtype: x.dtype }));
    const [, y_t] = checkPair(step(initialState, x_t, 0));
    const empty = zeros([y_t.shape[0] as number, 0, ...y_t.shape.slice(1)], { dtype: y_t.dtype });
    // y_t is an input, so that everything the step uses gets its gradient, zeros.
    return [initialState, record('scan', [x, y_t], empty, [null, null])];
  }
  let state = initialState;
  const ys: Tensor[] = [];
  unstack(x, 1).forEach((x_t, t) => {
    const [next, y_t] = checkPair(step(state, x_t, t));
    state = next;
    ys.push(y_t);
  });
  return [state, stack(ys, 1)];
}

function checkPair<S extends ScanState>(result: readonly [S, Tensor]): readonly [S, Tensor] {
  if (!Array.isArray(result) || result.length !== 2 || !(result[1] instanceof Tensor)) {
    throw new GraphError('scan', 'step', 'a function that returns [state, y_t]', describe(result));
  }
  return result;
}
