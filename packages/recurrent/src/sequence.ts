/** The spec's functions over a whole sequence, for any cell: what the packages of the cells put their own names and types on. */

import { add, copy, dtypeOf, type NdArray, resultType, stack, zeros } from '@retrograd/arrays';
import { checkArray } from '@retrograd/arrays/internal';
import { type OutputGradients, runBackward } from './backward.js';
import { cachesOf, checkCaches, passOf } from './caches.js';
import type { Cell, Sizes } from './cell.js';
import { ForwardPass } from './forward.js';
import { checkParameters, type NamedArrays, namedViews, packParameters } from './parameters.js';
import { stateNames } from './series.js';

/** One step back in the form that all cells share: gradients of the states after the step to those of everything before it. */
export type CellBackward<C, P> = (
  grad_states: readonly NdArray[],
  cache: C,
) => { readonly x: NdArray; readonly states: readonly NdArray[]; readonly params: P };

/** Gradients of a sequence under the spec's names. */
export interface SequenceGradients<P> {
  readonly grad_x: NdArray;
  readonly grad_initial: readonly NdArray[];
  readonly grad_params: P;
}

/**
 * Runs a cell over a sequence.
 * @param x       (B, T, I)
 * @param initial the initial states, (B, H) each
 * @returns all outputs (B, T, H), the final states (B, H), and one cache a step
 * @throws ValueError, ShapeError, DtypeError naming the argument that does not fit x's I and h_0's H
 */
export function sequenceForward<C>(
  cell: Cell,
  x: NdArray,
  initial: readonly NdArray[],
  params: object,
): [h_all: NdArray, final: NdArray[], caches: C[]] {
  const op = `${cell.name}Forward`;
  const sizes = checkInputs(op, cell, x, initial);
  checkParameters(op, cell, sizes, params);
  const named = params as NamedArrays;
  const dtype = resultType(x, ...initial, ...Object.values(named));
  const pass = new ForwardPass(cell, x, initial, packParameters(cell, sizes, named, dtype), dtype);
  return [pass.outputs(), pass.finalStates(), cachesOf(pass) as unknown[] as C[]];
}

/**
 * The gradients of sequenceForward. Caches that come whole from one forward call take the fast path; a list put together by
 * hand goes through `cellBackward`, newest step first.
 * @throws StateError when caches is not a list of this cell's caches; ShapeError, DtypeError
 */
export function sequenceBackward<C, P extends object>(
  cell: Cell,
  caches: readonly C[],
  given: OutputGradients,
  cellBackward: CellBackward<C, P>,
): SequenceGradients<P> {
  const op = `${cell.name}Backward`;
  const pass = passOf(cell, caches);
  if (pass !== undefined) {
    checkGradients(op, cell, [pass.B, pass.T, pass.sizes.H], given);
    const initial = stateNames(cell).map(() => true);
    const { grad_x, grad_initial, grad_W, grad_b } = runBackward(pass, given, { x: true, initial });
    const grad_params = namedViews(cell, pass.sizes, { W: grad_W, b: grad_b });
    for (const name in grad_params) grad_params[name] = copy(grad_params[name]);
    return { grad_x, grad_initial, grad_params } as unknown as SequenceGradients<P>;
  }
  const list: readonly unknown[] = caches;
  checkCaches(op, cell, list);
  const [B, H] = list[0].h_prev.shape;
  checkGradients(op, cell, [B, list.length, H], given);
  const [grad_h_all, ...grad_final] = given;
  const none = zeros([B, H], { dtype: dtypeOf(grad_h_all) });
  let states: readonly NdArray[] = stateNames(cell).map((_, i) => grad_final[i] ?? none);
  const grad_x = new Array<NdArray>(list.length);
  let grad_params: NamedArrays | undefined;
  for (let t = list.length - 1; t >= 0; t--) {
    const grad_h = add(grad_h_all.pick(null, t, null), states[0]);
    const step = cellBackward([grad_h, ...states.slice(1)], caches[t]);
    grad_x[t] = step.x;
    states = step.states;
    grad_params = sumOf(grad_params, step.params as NamedArrays);
  }
  return { grad_x: stack(grad_x, 1), grad_initial: states, grad_params: grad_params as unknown as P };
}

function sumOf(total: NamedArrays | undefined, term: NamedArrays): NamedArrays {
  if (total === undefined) return term;
  return Object.fromEntries(Object.keys(term).map((name) => [name, add(total[name], term[name])]));
}

/** Checks the input and the initial states of a sequence. @returns their sizes @throws ShapeError, DtypeError */
export function checkInputs(op: string, cell: Cell, x: NdArray, initial: readonly NdArray[]): Sizes {
  checkArray(op, 'x', x, ['batch', 'time', 'input']);
  const [h_0] = initial;
  stateNames(cell).forEach((name, i) => {
    if (i === 0) checkArray(op, `${name}_0`, h_0, [x.shape[0], 'hidden']);
    else checkArray(op, `${name}_0`, initial[i], h_0.shape, 'the shape of h_0');
  });
  return { I: x.shape[2], H: h_0.shape[1] };
}

/** Checks what a backward run over a sequence is given. @throws ShapeError, DtypeError */
export function checkGradients(
  op: string,
  cell: Cell,
  [B, T, H]: readonly [B: number, T: number, H: number],
  [grad_h_all, ...grad_final]: OutputGradients,
): void {
  checkArray(op, 'grad_h_all', grad_h_all, [B, T, H], 'the shape of h_all');
  stateNames(cell).forEach((name, i) => {
    if (grad_final[i] !== undefined) checkArray(op, `grad_${name}_final`, grad_final[i], [B, H]);
  });
}
