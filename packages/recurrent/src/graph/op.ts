import { cast, type Dtype, dense, type NdArray, resultType, wrap } from '@retrograd/arrays';
import { checkArray } from '@retrograd/arrays/internal';
import { lift, scan, slice, type Tensor, type TensorLike } from '@retrograd/autograd';
import { runBackward } from '../backward.js';
import { type Cell, gateColumns, type Sizes } from '../cell.js';
import { allStates, finalStates, runForward } from '../forward.js';
import { checkInputs } from '../sequence.js';

/**
 * One step of a cell composed of graph ops: what the hand-derived step is checked against, and what second derivatives go
 * through.
 * @param x_t    (B, I)
 * @param state  the states before the step, (B, H) each
 * @param params under their own names
 * @returns the states after the step
 */
export type CellEquations = (
  x_t: Tensor,
  state: readonly Tensor[],
  params: Readonly<Record<string, Tensor>>,
) => Tensor[];

/** A cell over a whole sequence as one op of the graph: inputs x, initial states, packed W and b; outputs h_all, final states. */
export type SequenceOp = (...inputs: TensorLike[]) => Tensor[];

/** Makes the op, `lstmSequence` for the cell `lstm`. */
export function sequenceOp(cell: Cell, equations: CellEquations): SequenceOp {
  const op = `${cell.name}Sequence`;
  const stateNames = Object.keys(cell.states({ I: 0, H: 0 }));
  return lift(
    op,
    (x, ...rest) => {
      const [initial, W, b] = split(rest);
      const sizes = checkInputs(op, cell, x, initial);
      checkPacked(op, cell, sizes, W, b);
      const dtype = resultType(x, ...initial, W, b);
      const packed = { W: dataOf(W, dtype), b: dataOf(b, dtype) };
      const pass = runForward(cell, x, initial, packed, dtype);
      return [[allStates(pass), ...finalStates(pass)], pass];
    },
    ([grad_h_all, ...grad_final], pass, [x, ...rest]) => {
      const wanted = { x, initial: split(rest)[0] };
      const { grad_x, grad_initial, grad_W, grad_b } = runBackward(pass, grad_h_all, grad_final, wanted);
      const N = gateColumns(cell, pass.sizes);
      return [grad_x, ...grad_initial, wrap(grad_W, [pass.sizes.H + pass.sizes.I, N]), wrap(grad_b, [N])];
    },
    {
      inputs: ['x', ...stateNames.map((name) => `${name}_0`), 'W', 'b'],
      release: ({ saved }) => saved.release(),
      fresh: true,
      composed: (x, ...rest) => {
        const [initial, W, b] = split(rest);
        const params = namedSlices(cell, W, b);
        const [final, h_all] = scan<Tensor[]>(
          (state, x_t) => {
            const next = equations(x_t, state, params);
            return [next, next[0]];
          },
          initial,
          x,
        );
        return [h_all, ...final];
      },
    },
  );
}

/** [h_0, …, W, b] as [[h_0, …], W, b]. */
function split<T>(list: readonly T[]): [initial: T[], W: T, b: T] {
  return [list.slice(0, -2), list[list.length - 2], list[list.length - 1]];
}

const dataOf = (x: NdArray, dtype: Dtype): NdArray['data'] => dense(cast(x, dtype)).data;

function checkPacked(op: string, cell: Cell, sizes: Sizes, W: NdArray, b: NdArray): void {
  const { I, H } = sizes;
  const N = gateColumns(cell, sizes);
  const G = cell.gates.length;
  const gates = G > 1 ? `, ${G} gates` : '';
  checkArray(op, 'W', W, [H + I, N], () => `hidden ${H} + input ${I}${gates}`);
  checkArray(op, 'b', b, [N], G > 1 ? () => `${G} gates of hidden ${H}` : undefined);
}

/** The parameters under their own names, as slices of the packed tensors that the graph knows. */
function namedSlices(cell: Cell, W: Tensor, b: Tensor): Record<string, Tensor> {
  const H = b.size / cell.gates.length;
  const parts = Object.entries(cell.parameters({ I: W.shape[0] - H, H }));
  return Object.fromEntries(
    parts.map(([name, { rows, columns }]) => {
      const [from, to] = columns;
      return [name, rows === undefined ? slice(b, [[from, to]]) : slice(W, [[...rows], [from, to]])];
    }),
  );
}
