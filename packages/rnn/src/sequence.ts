/** The vanilla RNN over a whole sequence, under the spec's API. The arithmetic is in tape.ts, the equations in cell.ts. */
import { add, copy, dtypeOf, type NdArray, resultType, stack, wrap, zeros } from '@retrograd/arrays';
import { checkArray } from '@retrograd/arrays/internal';
import {
  type CacheLists,
  checkCacheList,
  packGates,
  rememberCaches,
  rows,
  stepOf,
  tapeOf,
} from '@retrograd/recurrent';
import { checkCache, type RNNCache, rnnCellBackward } from './cell.js';
import { checkParams } from './params.js';
import { allStates, finalState, packRows, type RNNTape, run, runBackward } from './tape.js';

/**
 * A vanilla RNN over a sequence: h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h) for t = 1 … T.
 * @param x   (B, T, I)
 * @param h_0 (B, H)
 * @param W_xh (I, H)
 * @param W_hh (H, H)
 * @param b_h (H)
 * @returns h_all (B, T, H), h_final (B, H), and one cache a step, as rnnCellBackward reads them
 * @throws ShapeError, DtypeError naming the argument that does not fit x's I and h_0's H
 */
export function rnnForward(
  x: NdArray,
  h_0: NdArray,
  W_xh: NdArray,
  W_hh: NdArray,
  b_h: NdArray,
): [h_all: NdArray, h_final: NdArray, caches: RNNCache[]] {
  const op = 'rnnForward';
  checkInputs(op, x, h_0);
  checkParams(op, { W_xh, W_hh, b_h }, x.shape[2], h_0.shape[1]);
  const dtype = resultType(x, h_0, W_xh, W_hh, b_h);
  const W = packRows(W_xh, W_hh, dtype);
  const tape = run(x, h_0, W, packGates([b_h], dtype), dtype);
  const results = [allStates(tape), finalState(tape)] as const;
  const caches = cachesOf(tape);
  rememberCaches(tapes, caches, tape);
  return [...results, caches];
}

/**
 * The gradients of rnnForward.
 *
 * Caches that come whole from one forward call take the fast path; a list put together by hand goes step by step.
 * @param grad_h_all   (B, T, H) gradients of all hidden states
 * @param caches       from rnnForward; not changed
 * @param grad_h_final (B, H) gradient that reaches h_final in addition; zero when left out
 * @returns gradients of x (B, T, I), W_xh (I, H), W_hh (H, H), b_h (H) and h_0 (B, H)
 * @throws StateError when caches is not a list of this layer's caches
 * @throws ShapeError when grad_h_all has not h_all's shape
 */
export function rnnBackward(
  grad_h_all: NdArray,
  caches: readonly RNNCache[],
  grad_h_final?: NdArray,
): [grad_x: NdArray, grad_W_xh: NdArray, grad_W_hh: NdArray, grad_b_h: NdArray, grad_h_0: NdArray] {
  const op = 'rnnBackward';
  const tape = tapeOf(tapes, caches);
  if (tape === undefined) return stepByStep(op, grad_h_all, caches, grad_h_final);
  const { B, T, I, H } = tape;
  checkGradients(op, [B, T, H], grad_h_all, grad_h_final);
  const { grad_x, grad_W, grad_b, grad_h_0 } = runBackward(tape, grad_h_all, grad_h_final);
  const grad_W_hh = copy(rows(grad_W, 0, H, H));
  const grad_W_xh = copy(rows(grad_W, H * H, I, H));
  return [grad_x as NdArray, grad_W_xh, grad_W_hh, wrap(grad_b, [H]), grad_h_0 as NdArray];
}

/** Recognises lists of caches that came whole from one forward call. */
const tapes: CacheLists<RNNCache, RNNTape> = /* @__PURE__ */ new WeakMap();

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

function cachesOf({ B, T, I, H, W, buffers }: RNNTape): RNNCache[] {
  const { x, h } = buffers.arrays();
  const W_hh = rows(W, 0, H, H);
  const W_xh = rows(W, H * H, I, H);
  return Array.from({ length: T }, (_, t) =>
    Object.freeze({
      x_t: rows(x, t * B * (I + 1), B, I, I + 1),
      h_prev: rows(h, t * B * H, B, H),
      h_t: rows(h, (t + 1) * B * H, B, H),
      W_xh,
      W_hh,
    }),
  );
}

/** rnnBackward for caches of any origin, one rnnCellBackward a step, newest first. */
function stepByStep(
  op: string,
  grad_h_all: NdArray,
  caches: readonly RNNCache[],
  grad_h_final: NdArray | undefined,
): ReturnType<typeof rnnBackward> {
  checkCacheList(op, caches, 'rnnForward', checkCache);
  const T = caches.length;
  const [B, H] = caches[0].h_prev.shape;
  checkGradients(op, [B, T, H], grad_h_all, grad_h_final);
  let grad_h = grad_h_final ?? zeros([B, H], { dtype: dtypeOf(grad_h_all) });
  const grad_x = new Array<NdArray>(T);
  let total: NdArray[] | undefined;
  for (let t = T - 1; t >= 0; t--) {
    const grad_h_t = add(stepOf(grad_h_all, t), grad_h);
    const [grad_x_t, grad_h_prev, ...grad_params] = rnnCellBackward(grad_h_t, caches[t]);
    grad_x[t] = grad_x_t;
    grad_h = grad_h_prev;
    total = total ? total.map((sum, p) => add(sum, grad_params[p])) : grad_params;
  }
  const [grad_W_xh, grad_W_hh, grad_b_h] = total as [NdArray, NdArray, NdArray];
  return [stack(grad_x, 1), grad_W_xh, grad_W_hh, grad_b_h, grad_h];
}
