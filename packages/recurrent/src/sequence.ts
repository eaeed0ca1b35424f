/** The spec's functions over a whole sequence, for any cell: what the packages of the cells put their own names and types on. */
import { add, copy, dtypeOf, type NdArray, resultType, stack, zeros } from '@retrograd/arrays';
import { checkArray } from '@retrograd/arrays/internal';
import { type OutputGradients, runBackward } from './backward.js';
import { type Cache, cachesOf, checkCaches, passOf } from './caches.js';
import type { Cell, Sizes } from './cell.js';
import { ForwardPass } from './forward.js';
import { checkParameters, type NamedArrays, namedViews, packParameters } from './parameters.js';
import { stateNames } from './series.js';

/** Gradients of what goes into a step or a sequence: the input, the states before it, and the parameters by name. */
export interface InputGradients<P = NamedArrays> {
  readonly x: NdArray;
  readonly states: readonly NdArray[];
  readonly params: P;
}

/** One step back in the form that all cells share, from gradients of the states after it. */
export type CellBackward<C, P = NamedArrays> = (grads: readonly NdArray[], cache: C) => InputGradients<P>;

/**
 * Runs a cell over a sequence.
 * @param x       (B, T, I)
 * @param initial the initial states, (B, H) each
 * @returns all outputs (B, T, H), the final states (B, H), and one cache a step
 * @throws ValueError, ShapeError, DtypeError naming the argument that does not fit x's I and h_0's H
 */
export function sequenceForward<C extends Cache>(
  cell: Cell,
  x: NdArray,
  initial: readonly NdArray[],
  params: NamedArrays,
): [h_all: NdArray, final: NdArray[], caches: C[]] {
  const op = `${cell.name}Forward`;
  const sizes = checkInputs(op, stateNames(cell), x, initial);
  checkParameters(op, cell, sizes, params);
  const dtype = resultType(x, ...initial, ...Object.values(params));
  const pass = new ForwardPass(cell, x, initial, packParameters(cell, sizes, params, dtype), dtype);
  return [pass.outputs(), pass.finalStates(), cachesOf(pass) as C[]];
}

/**
 * The gradients of sequenceForward. Caches that come whole from one forward call take the fast path; a list put together by
 * hand goes through `cellBackward`, newest step first.
 * @throws StateError when caches is not a list of this cell's caches; ShapeError, DtypeError
 */
export function sequenceBackward<C extends Cache, P extends NamedArrays>(
  cell: Cell,
  caches: readonly C[],
  given: OutputGradients,
  cellBackward: CellBackward<C, P>,
): InputGradients<P> {
  const op = `${cell.name}Backward`;
  const pass = passOf(cell, caches);
  if (pass !== undefined) {
    checkGradients(op, cell, [pass.B, pass.T, pass.sizes.H], given);
    const { grad_x, grad_initial, grad_packed } = runBackward(pass, given);
    const params = namedViews(cell, pass.sizes, grad_packed);
    for (const name in params) params[name] = copy(params[name]);
    return { x: grad_x, states: grad_initial, params } as InputGradients<NamedArrays> as InputGradients<P>;
  }
  checkCaches(op, cell, caches);
  const [B, H] = caches[0].h_prev.shape;
  const T = caches.length;
  checkGradients(op, cell, [B, T, H], given);
  const [grad_h_all, ...grad_final] = given;
  const none = zeros([B, H], { dtype: dtypeOf(grad_h_all) });
  let states: readonly NdArray[] = stateNames(cell).map((_, i) => grad_final[i] ?? none);
  const x = new Array<NdArray>(T);
  let params: NamedArrays | undefined;
  for (let t = T - 1; t >= 0; t--) {
    const grad_h = add(grad_h_all.pick(null, t, null), states[0]);
    const step = cellBackward([grad_h, ...states.slice(1)], caches[t]);
    x[t] = step.x;
    states = step.states;
    params = sumOf(params, step.params);
  }
  return { x: stack(x, 1), states, params: params as P };
}

function sumOf(total: NamedArrays | undefined, term: NamedArrays): NamedArrays {
  if (total === undefined) return term;
  return Object.fromEntries(Object.keys(term).map((name) => [name, add(total[name], term[name])]));
}

/** Checks the input and the initial states of a sequence. @returns their sizes @throws ShapeError, DtypeError */
export function checkInputs(
  op: string,
  states: readonly string[],
  x: NdArray,
  initial: readonly NdArray[],
): Sizes {
  checkArray(op, 'x', x, ['batch', 'time', 'input']);
  const [h_0] = initial;
  states.forEach((name, i) => {
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
