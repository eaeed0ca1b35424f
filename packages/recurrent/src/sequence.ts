/** The spec's functions over a whole sequence, for any cell: what the packages of the cells put their own names and types on. */
import { copy, type NdArray, resultType } from '@retrograd/arrays';
import { checkArray } from '@retrograd/arrays/internal';
import { runBackward } from './backward.js';
import { backwardByCaches, type CellBackward, cachesOf, checkGradients, passOf } from './caches.js';
import type { Cell, Sizes } from './cell.js';
import { allStates, finalStates, runForward, states } from './forward.js';
import { checkParameters, type NamedArrays, namedViews, packParameters } from './parameters.js';

/**
 * Runs a cell over a sequence.
 * @param x       (B, T, I)
 * @param initial the initial states, (B, H) each
 * @returns all outputs (B, T, H), the final states (B, H), and one cache a step
 * @throws ShapeError, DtypeError naming the argument that does not fit x's I and h_0's H
 */
export function sequenceForward<C>(
  cell: Cell,
  x: NdArray,
  initial: readonly NdArray[],
  params: object,
): { h_all: NdArray; final: NdArray[]; caches: C[] } {
  const op = `${cell.name}Forward`;
  const sizes = checkInputs(op, cell, x, initial);
  checkParameters(op, cell, sizes, params);
  const named = params as NamedArrays;
  const dtype = resultType(x, ...initial, ...Object.values(named));
  const pass = runForward(cell, x, initial, packParameters(cell, sizes, named, dtype), dtype);
  const [h_all, final] = [allStates(pass), finalStates(pass)];
  return { h_all, final, caches: cachesOf(pass) as unknown[] as C[] };
}

/**
 * The gradients of sequenceForward. Caches that come whole from one forward call take the fast path.
 * @param grad_h_all (B, T, H)
 * @param grad_final gradients that reach the final states in addition
 * @returns gradients of x, of the initial states, and of every parameter by name
 * @throws StateError when caches is not a list of this cell's caches; ShapeError, DtypeError
 */
export function sequenceBackward<C extends object, P extends object>(
  cell: Cell,
  grad_h_all: NdArray,
  caches: readonly C[],
  grad_final: readonly (NdArray | undefined)[],
  cellBackward: CellBackward<C, P>,
): { grad_x: NdArray; grad_initial: readonly NdArray[]; grad_params: P } {
  const pass = passOf(cell, caches);
  if (pass === undefined) return backwardByCaches(cell, grad_h_all, caches, grad_final, cellBackward);
  const { sizes, B, T } = pass;
  checkGradients(`${cell.name}Backward`, cell, [B, T, sizes.H], grad_h_all, grad_final);
  const wanted = { x: true, initial: states(cell, sizes).map(() => true) };
  const { grad_x, grad_initial, grad_W, grad_b } = runBackward(pass, grad_h_all, grad_final, wanted);
  const grad_params = namedViews(cell, sizes, { W: grad_W, b: grad_b });
  for (const name in grad_params) grad_params[name] = copy(grad_params[name]);
  return {
    grad_x: grad_x as NdArray,
    grad_initial: grad_initial as NdArray[],
    grad_params: grad_params as P,
  };
}

/** Checks the input and the initial states of a sequence. @returns their sizes @throws ShapeError, DtypeError */
export function checkInputs(op: string, cell: Cell, x: NdArray, initial: readonly NdArray[]): Sizes {
  checkArray(op, 'x', x, ['batch', 'time', 'input']);
  const [first, ...others] = Object.keys(cell.states({ I: 0, H: 0 }));
  checkArray(op, `${first}_0`, initial[0], [x.shape[0], 'hidden']);
  others.forEach((name, i) => {
    checkArray(op, `${name}_0`, initial[i + 1], initial[0].shape, 'the shape of h_0');
  });
  return { I: x.shape[2], H: initial[0].shape[1] };
}
