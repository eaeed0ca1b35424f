/** The GRU over a whole sequence, under the spec's API. The arithmetic is in tape.ts, the equations in cell.ts. */
import { add, copy, dtypeOf, type NdArray, resultType, stack, wrap, zeros } from '@retrograd/arrays';
import { checkArray } from '@retrograd/arrays/internal';
import {
  type CacheLists,
  checkCacheList,
  gateWeights,
  packGates,
  rememberCaches,
  rows,
  stepOf,
  tapeOf,
} from '@retrograd/recurrent';
import { checkCache, type GRUCache, gruCellBackward } from './cell.js';
import { checkParams, G, GATES, GRU_PARAMS, type GRUParams, namedViews } from './params.js';
import { allStates, finalState, type GRUTape, run, runBackward } from './tape.js';

/**
 * A GRU over a sequence, from the state h_0.
 * @param x      (B, T, I)
 * @param h_0    (B, H)
 * @param params W_z, W_r, W_h (H + I, H) and b_z, b_r, b_h (H)
 * @returns h_all (B, T, H), h_final (B, H), and one cache a step, as gruCellBackward reads them
 * @throws ValueError when a parameter is missing or unknown
 * @throws ShapeError, DtypeError naming the argument that does not fit x's I and h_0's H
 */
export function gruForward(
  x: NdArray,
  h_0: NdArray,
  params: GRUParams,
): [h_all: NdArray, h_final: NdArray, caches: GRUCache[]] {
  const op = 'gruForward';
  checkInputs(op, x, h_0);
  checkParams(op, params, x.shape[2], h_0.shape[1]);
  const weights = GATES.map((gate) => params[`W_${gate}`]);
  const biases = GATES.map((gate) => params[`b_${gate}`]);
  const dtype = resultType(x, h_0, ...weights, ...biases);
  const tape = run(x, h_0, packGates(weights, dtype), packGates(biases, dtype), dtype);
  const results = [allStates(tape), finalState(tape)] as const;
  const caches = cachesOf(tape);
  rememberCaches(tapes, caches, tape);
  return [...results, caches];
}

/**
 * The gradients of gruForward.
 *
 * Caches that come whole from one forward call take the fast path; a list put together by hand goes step by step.
 * @param grad_h_all   (B, T, H) gradients of all hidden states
 * @param caches       from gruForward; not changed
 * @param grad_h_final (B, H) gradient that reaches h_final in addition; zero when left out
 * @returns gradients of x (B, T, I), of every parameter by name, and of h_0 (B, H)
 * @throws StateError when caches is not a list of this layer's caches
 * @throws ShapeError when grad_h_all has not h_all's shape
 */
export function gruBackward(
  grad_h_all: NdArray,
  caches: readonly GRUCache[],
  grad_h_final?: NdArray,
): [grad_x: NdArray, grad_params: GRUParams, grad_h_0: NdArray] {
  const op = 'gruBackward';
  const tape = tapeOf(tapes, caches);
  if (tape === undefined) return stepByStep(op, grad_h_all, caches, grad_h_final);
  const { B, T, I, H } = tape;
  checkGradients(op, [B, T, H], grad_h_all, grad_h_final);
  const { grad_x, grad_W, grad_b, grad_h_0 } = runBackward(tape, grad_h_all, grad_h_final);
  const grad_params = namedViews(wrap(grad_W, [H + I, G * H]), wrap(grad_b, [G * H]));
  for (const name of GRU_PARAMS) grad_params[name] = copy(grad_params[name]);
  return [grad_x as NdArray, grad_params, grad_h_0 as NdArray];
}

/** Recognises lists of caches that came whole from one forward call. */
const tapes: CacheLists<GRUCache, GRUTape> = /* @__PURE__ */ new WeakMap();

/** @throws ShapeError, DtypeError */
export function checkInputs(op: string, x: NdArray, h_0: NdArray): void {
  checkArray(op, 'x', x, ['batch', 'time', 'input']);
  checkArray(op, 'h_0', h_0, [x.shape[0], 'hidden']);
}

/** @throws ShapeError, DtypeError */
export function checkGradients(
  op: string,
  [B, T, H]: readonly [number, number, number],
  grad_h_all: NdArray,
  grad_h_final?: NdArray,
): void {
  checkArray(op, 'grad_h_all', grad_h_all, [B, T, H], 'the shape of h_all');
  if (grad_h_final !== undefined) checkArray(op, 'grad_h_final', grad_h_final, [B, H]);
}

function cachesOf({ B, T, I, H, W, buffers }: GRUTape): GRUCache[] {
  const { x, gates, h } = buffers.arrays();
  const [W_z, W_r, W_h] = GATES.map((_, g) => gateWeights(W, H + I, G, H, g));
  return Array.from({ length: T }, (_, t) => {
    const gate = (g: number): NdArray => rows(gates, t * B * G * H + g * H, B, H, G * H);
    return Object.freeze({
      x_t: rows(x, t * B * (I + 1), B, I, I + 1),
      h_prev: rows(h, t * B * H, B, H),
      z_t: gate(0),
      r_t: gate(1),
      h_tilde: gate(2),
      W_z,
      W_r,
      W_h,
    });
  });
}

/** gruBackward for caches of any origin, one gruCellBackward a step, newest first. */
function stepByStep(
  op: string,
  grad_h_all: NdArray,
  caches: readonly GRUCache[],
  grad_h_final?: NdArray,
): ReturnType<typeof gruBackward> {
  checkCacheList(op, caches, 'gruForward', checkCache);
  const T = caches.length;
  const [B, H] = caches[0].h_prev.shape;
  checkGradients(op, [B, T, H], grad_h_all, grad_h_final);
  let grad_h = grad_h_final ?? zeros([B, H], { dtype: dtypeOf(grad_h_all) });
  const grad_x = new Array<NdArray>(T);
  let total: GRUParams | undefined;
  for (let t = T - 1; t >= 0; t--) {
    const grad_h_t = add(stepOf(grad_h_all, t), grad_h);
    const [grad_x_t, grad_h_prev, grad_params] = gruCellBackward(grad_h_t, caches[t]);
    grad_x[t] = grad_x_t;
    grad_h = grad_h_prev;
    total = total === undefined ? grad_params : addParams(total, grad_params);
  }
  return [stack(grad_x, 1), total as GRUParams, grad_h];
}

function addParams(total: GRUParams, term: GRUParams): GRUParams {
  const sums = GRU_PARAMS.map((name) => [name, add(total[name], term[name])]);
  return Object.fromEntries(sums);
}
