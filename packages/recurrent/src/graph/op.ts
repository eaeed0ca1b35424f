import { cast, dense, type NdArray, resultType, wrap } from '@retrograd/arrays';
import { checkArray } from '@retrograd/arrays/internal';
import { lift, scan, split, type Tensor, type TensorLike } from '@retrograd/autograd';
import { runBackward } from '../backward.js';
import type { Cache } from '../caches.js';
import type { Cell, Sizes } from '../cell.js';
import { ForwardPass } from '../forward.js';
import { gateColumns } from '../parameters.js';
import { type CellBackward, checkInputs } from '../sequence.js';
import { stateNames } from '../series.js';

/**
 * One step of a cell composed of graph ops: what the hand-derived step is checked against, and what second derivatives go
 * through.
 * @param x_t    (B, I)
 * @param state  the states before the step, (B, H) each
 * @param params under their own names
 * @returns the states after the step
 */
export type CellEquations = (x_t: Tensor, state: readonly Tensor[], params: NamedTensors) => Tensor[];

/** Parameters of a cell under their own names. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** An op with several inputs and outputs. */
export type MultiOp<In extends TensorLike[] = TensorLike[], Out = Tensor[]> = (...inputs: In) => Out;

/**
 * Makes the op of one hand-derived step, `lstmCell` for the cell `lstm`: inputs x_t, the states, the parameters in their order;
 * outputs the states after the step.
 * @param forward  arrays in the same order to the states after the step, and the cache at the end
 * @param backward that step back
 */
export function cellOp<C extends Cache>(
  cell: Cell,
  forward: (...inputs: NdArray[]) => readonly unknown[],
  backward: CellBackward<C>,
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
      const { x, states, params } = backward(grad_states, cache);
      return [x, ...states, ...names.map((name) => params[name])];
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
 * b; outputs h_all and the final states. `In` and `Out` may name them.
 */
export function sequenceOp<In extends TensorLike[], Out extends Tensor[]>(
  cell: Cell,
  equations: CellEquations,
): MultiOp<In, Out> {
  const op = `${cell.name}Sequence`;
  const states = stateNames(cell);
  return lift(
    op,
    (x, ...rest) => {
      const [initial, W, b] = partsOf(rest, states.length);
      checkPacked(op, cell, checkInputs(op, states, x, initial), W, b);
      const dtype = resultType(x, ...initial, W, b);
      const packed = { W: dense(cast(W, dtype)).data, b: dense(cast(b, dtype)).data };
      const pass = new ForwardPass(cell, x, initial, packed, dtype);
      return [[pass.outputs(), ...pass.finalStates()], pass];
    },
    ([grad_h_all, ...grad_final], pass, needs) => {
      const { grad_x, grad_initial, grad_packed } = runBackward(pass, [grad_h_all, ...grad_final], needs);
      const { W, b } = grad_packed;
      return [grad_x, ...grad_initial, wrap(W, [pass.sizes.H + pass.sizes.I, b.length]), wrap(b, [b.length])];
    },
    {
      inputs: ['x', ...states.map((name) => `${name}_0`), 'W', 'b'],
      release: ({ saved }) => saved.release(),
      fresh: true,
      composed: (x, ...rest) => {
        const [initial, W, b] = partsOf(rest, states.length);
        const params = namedParts(cell, W, b);
        const step = (state: readonly Tensor[], x_t: Tensor): [Tensor[], Tensor] => {
          const next = equations(x_t, state, params);
          return [next, next[0]];
        };
        const [final, h_all] = scan<Tensor[]>(step, initial, x);
        return [h_all, ...final];
      },
    },
  ) as unknown as MultiOp<In, Out>;
}

/** [h_0, …, W, b] with n states as [[h_0, …], W, b]. */
function partsOf<T>(list: readonly T[], n: number): [initial: T[], W: T, b: T] {
  return [list.slice(0, n), list[n], list[n + 1]];
}

function checkPacked(op: string, cell: Cell, sizes: Sizes, W: NdArray, b: NdArray): void {
  const { I, H } = sizes;
  const [N, G] = [gateColumns(cell, sizes), cell.gates.length];
  checkArray(op, 'W', W, [H + I, N], () => `hidden ${H} + input ${I}${G > 1 ? `, ${G} gates` : ''}`);
  checkArray(op, 'b', b, [N], G > 1 ? () => `${G} gates of hidden ${H}` : undefined);
}

/** The parameters under their own names, as views of the packed tensors that the graph knows. */
function namedParts(cell: Cell, W: Tensor, b: Tensor): NamedTensors {
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
