import { cast, type Dtype, dense, type NdArray, resultType, wrap } from '@retrograd/arrays';
import { checkArray } from '@retrograd/arrays/internal';
import { lift, scan, split, type Tensor, type TensorLike } from '@retrograd/autograd';
import { runBackward } from '../backward.js';
import type { Cell, Sizes } from '../cell.js';
import { ForwardPass } from '../forward.js';
import type { Packed } from '../parameters.js';
import { type CellBackward, checkInputs } from '../sequence.js';
import { stateNames } from '../series.js';
import { gateColumns } from '../weights.js';

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

/** An op with several inputs and outputs. */
export type MultiOp = (...inputs: TensorLike[]) => Tensor[];

/**
 * Makes the op of one hand-derived step, `lstmCell` for the cell `lstm`: inputs x_t, the states, the parameters in their order;
 * outputs the states after the step.
 * @param forward  arrays in the same order to the states after the step, and the cache at the end
 * @param backward that step back
 */
export function cellOp<C>(
  cell: Cell,
  forward: (...inputs: NdArray[]) => readonly unknown[],
  backward: CellBackward<C, object>,
  equations: CellEquations,
): MultiOp {
  const states = stateNames(cell);
  const names = Object.keys(cell.parameters({ I: 0, H: 0 }));
  return lift(
    `${cell.name}Cell`,
    (...inputs) => {
      const results = forward(...inputs);
      return [results.slice(0, -1) as NdArray[], results.at(-1) as C];
    },
    (grad_states, cache) => {
      const step = backward(grad_states, cache);
      return [step.x, ...step.states, ...names.map((name) => (step.params as Record<string, NdArray>)[name])];
    },
    {
      inputs: ['x_t', ...states.map((name) => `${name}_prev`), ...names],
      composed: (x_t, ...rest) => {
        const params = Object.fromEntries(names.map((name, i) => [name, rest[states.length + i]]));
        return equations(x_t, rest.slice(0, states.length), params);
      },
    },
  );
}

/**
 * Makes the op of a cell over a whole sequence, `lstmSequence` for the cell `lstm`: inputs x, the initial states, packed W and
 * b; outputs h_all and the final states.
 */
export function sequenceOp(cell: Cell, equations: CellEquations): MultiOp {
  const op = `${cell.name}Sequence`;
  const states = stateNames(cell);
  return lift(
    op,
    (x, ...rest) => {
      const [initial, W, b] = partsOf(rest);
      const sizes = checkInputs(op, cell, x, initial);
      const dtype = resultType(x, ...initial, W, b);
      const pass = new ForwardPass(cell, x, initial, packedData(op, cell, sizes, W, b, dtype), dtype);
      return [[pass.outputs(), ...pass.finalStates()], pass];
    },
    ([grad_h_all, ...grad_final], pass, [x, ...rest]) => {
      const wanted = { x, initial: partsOf(rest)[0] };
      const { grad_x, grad_initial, grad_W, grad_b } = runBackward(pass, [grad_h_all, ...grad_final], wanted);
      const N = grad_b.length;
      return [grad_x, ...grad_initial, wrap(grad_W, [pass.sizes.H + pass.sizes.I, N]), wrap(grad_b, [N])];
    },
    {
      inputs: ['x', ...states.map((name) => `${name}_0`), 'W', 'b'],
      release: ({ saved }) => saved.release(),
      fresh: true,
      composed: (x, ...rest) => {
        const [initial, W, b] = partsOf(rest);
        const params = namedParts(cell, W, b);
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
function partsOf<T>(list: readonly T[]): [initial: T[], W: T, b: T] {
  return [list.slice(0, -2), ...(list.slice(-2) as [T, T])];
}

function packedData(op: string, cell: Cell, sizes: Sizes, W: NdArray, b: NdArray, dtype: Dtype): Packed {
  const { I, H } = sizes;
  const [N, G] = [gateColumns(cell, sizes), cell.gates.length];
  checkArray(op, 'W', W, [H + I, N], () => `hidden ${H} + input ${I}${G > 1 ? `, ${G} gates` : ''}`);
  checkArray(op, 'b', b, [N], G > 1 ? () => `${G} gates of hidden ${H}` : undefined);
  return { W: dense(cast(W, dtype)).data, b: dense(cast(b, dtype)).data };
}

/** The parameters under their own names, as views of the packed tensors that the graph knows. */
function namedParts(cell: Cell, W: Tensor, b: Tensor): Record<string, Tensor> {
  const H = b.size / cell.gates.length;
  const parts: Record<string, Tensor> = {};
  for (const [name, { rows, columns }] of Object.entries(cell.parameters({ I: W.shape[0] - H, H }))) {
    parts[name] = rows === undefined ? middle(b, columns, 0) : middle(middle(W, rows, 0), columns, 1);
  }
  return parts;
}

/** The entries between two places of an axis. Not by `slice`: programs that do not slice need not carry it. */
function middle(x: Tensor, [from, to]: readonly [from: number, to: number], axis: number): Tensor {
  return split(x, [from, to - from, x.shape[axis] - to], axis)[1];
}
