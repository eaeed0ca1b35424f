/** The LSTM over a whole sequence, under the spec's API. The arithmetic is in tape.ts, the equations in cell.ts. */
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
import { checkCache, type LSTMCache, lstmCellBackward } from './cell.js';
import { checkParams, G, GATES, LSTM_PARAMS, type LSTMParams, namedViews } from './params.js';
import { allStates, finalCell, finalHidden, type LSTMTape, run, runBackward } from './tape.js';

/**
 * An LSTM over a sequence, from the states h_0 and c_0.
 * @param x      (B, T, I)
 * @param h_0    (B, H)
 * @param c_0    (B, H)
 * @param params W_f, W_i, W_c, W_o (H + I, H) and b_f, b_i, b_c, b_o (H)
 * @returns h_all (B, T, H), h_final and c_final (B, H), and one cache a step, as lstmCellBackward reads them
 * @throws ValueError when a parameter is missing or unknown
 * @throws ShapeError, DtypeError naming the argument that does not fit x's I and h_0's H
 */
export function lstmForward(
  x: NdArray,
  h_0: NdArray,
  c_0: NdArray,
  params: LSTMParams,
): [h_all: NdArray, h_final: NdArray, c_final: NdArray, caches: LSTMCache[]] {
  const op = 'lstmForward';
  checkInputs(op, x, h_0, c_0);
  checkParams(op, params, x.shape[2], h_0.shape[1]);
  const weights = GATES.map((gate) => params[`W_${gate}`]);
  const biases = GATES.map((gate) => params[`b_${gate}`]);
  const dtype = resultType(x, h_0, c_0, ...weights, ...biases);
  const tape = run(x, h_0, c_0, packGates(weights, dtype), packGates(biases, dtype), dtype);
  const results = [allStates(tape), finalHidden(tape), finalCell(tape)] as const;
  const caches = cachesOf(tape);
  rememberCaches(tapes, caches, tape);
  return [...results, caches];
}

/**
 * The gradients of lstmForward.
 *
 * Caches that come whole from one forward call take the fast path; a list put together by hand goes step by step.
 * @param grad_h_all   (B, T, H) gradients of all hidden states
 * @param caches       from lstmForward; not changed
 * @param grad_h_final (B, H) gradient that reaches h_final in addition; zero when left out
 * @param grad_c_final (B, H) gradient that reaches c_final; zero when left out
 * @returns gradients of x (B, T, I), of every parameter by name, of h_0 and of c_0 (B, H)
 * @throws StateError when caches is not a list of this layer's caches
 * @throws ShapeError when grad_h_all has not h_all's shape
 */
export function lstmBackward(
  grad_h_all: NdArray,
  caches: readonly LSTMCache[],
  grad_h_final?: NdArray,
  grad_c_final?: NdArray,
): [grad_x: NdArray, grad_params: LSTMParams, grad_h_0: NdArray, grad_c_0: NdArray] {
  const op = 'lstmBackward';
  const tape = tapeOf(tapes, caches);
  if (tape === undefined) return stepByStep(op, grad_h_all, caches, grad_h_final, grad_c_final);
  const { B, T, I, H } = tape;
  checkGradients(op, [B, T, H], grad_h_all, grad_h_final, grad_c_final);
  const { grad_x, grad_W, grad_b, ...initial } = runBackward(tape, grad_h_all, grad_h_final, grad_c_final);
  const grad_params = namedViews(wrap(grad_W, [H + I, G * H]), wrap(grad_b, [G * H]));
  for (const name of LSTM_PARAMS) grad_params[name] = copy(grad_params[name]);
  return [grad_x as NdArray, grad_params, initial.grad_h_0 as NdArray, initial.grad_c_0 as NdArray];
}

/** Recognises lists of caches that came whole from one forward call. */
const tapes: CacheLists<LSTMCache, LSTMTape> = /* @__PURE__ */ new WeakMap();

/** @throws ShapeError, DtypeError */
export function checkInputs(op: string, x: NdArray, h_0: NdArray, c_0: NdArray): void {
  checkArray(op, 'x', x, ['batch', 'time', 'input']);
  checkArray(op, 'h_0', h_0, [x.shape[0], 'hidden']);
  checkArray(op, 'c_0', c_0, h_0.shape, 'the shape of h_0');
}

/** @throws ShapeError, DtypeError */
export function checkGradients(
  op: string,
  [B, T, H]: readonly [number, number, number],
  grad_h_all: NdArray,
  grad_h_final?: NdArray,
  grad_c_final?: NdArray,
): void {
  checkArray(op, 'grad_h_all', grad_h_all, [B, T, H], 'the shape of h_all');
  if (grad_h_final !== undefined) checkArray(op, 'grad_h_final', grad_h_final, [B, H]);
  if (grad_c_final !== undefined) checkArray(op, 'grad_c_final', grad_c_final, [B, H]);
}

function cachesOf({ B, T, I, H, W, buffers }: LSTMTape): LSTMCache[] {
  const { x, gates, c, tanh_c, h } = buffers.arrays();
  const [W_f, W_i, W_c, W_o] = GATES.map((_, g) => gateWeights(W, H + I, G, H, g));
  return Array.from({ length: T }, (_, t) => {
    const before = t * B * H;
    const gate = (g: number): NdArray => rows(gates, t * B * G * H + g * H, B, H, G * H);
    return Object.freeze({
      x_t: rows(x, t * B * (I + 1), B, I, I + 1),
      h_prev: rows(h, before, B, H),
      c_prev: rows(c, before, B, H),
      f_t: gate(0),
      i_t: gate(1),
      c_tilde: gate(2),
      o_t: gate(3),
      c_t: rows(c, before + B * H, B, H),
      tanh_c_t: rows(tanh_c, before, B, H),
      W_f,
      W_i,
      W_c,
      W_o,
    });
  });
}

/** lstmBackward for caches of any origin, one lstmCellBackward a step, newest first. */
function stepByStep(
  op: string,
  grad_h_all: NdArray,
  caches: readonly LSTMCache[],
  grad_h_final?: NdArray,
  grad_c_final?: NdArray,
): ReturnType<typeof lstmBackward> {
  checkCacheList(op, caches, 'lstmForward', checkCache);
  const T = caches.length;
  const [B, H] = caches[0].h_prev.shape;
  checkGradients(op, [B, T, H], grad_h_all, grad_h_final, grad_c_final);
  const dtype = dtypeOf(grad_h_all);
  let grad_h = grad_h_final ?? zeros([B, H], { dtype });
  let grad_c = grad_c_final ?? zeros([B, H], { dtype });
  const grad_x = new Array<NdArray>(T);
  let total: LSTMParams | undefined;
  for (let t = T - 1; t >= 0; t--) {
    const grad_h_t = add(stepOf(grad_h_all, t), grad_h);
    const [grad_x_t, grad_h_prev, grad_c_prev, grad_params] = lstmCellBackward(grad_h_t, grad_c, caches[t]);
    grad_x[t] = grad_x_t;
    grad_h = grad_h_prev;
    grad_c = grad_c_prev;
    total = total === undefined ? grad_params : addParams(total, grad_params);
  }
  return [stack(grad_x, 1), total as LSTMParams, grad_h, grad_c];
}

function addParams(total: LSTMParams, term: LSTMParams): LSTMParams {
  const sums = LSTM_PARAMS.map((name) => [name, add(total[name], term[name])]);
  return Object.fromEntries(sums);
}
