/**
 * One step of the vanilla (Elman) RNN, by hand. Elman 1990, "Finding structure in time", with a tanh unit:
 *
 *     a_t = x_t W_xh + h_prev W_hh + b_h
 *     h_t = tanh(a_t)
 *
 * Backward, with tanh' = 1 - tanh²:
 *
 *     grad_a      = grad_h (1 - h_t²)
 *     grad_x      = grad_a W_xhᵀ        grad_h_prev = grad_a W_hhᵀ
 *     grad_W_xh   = x_tᵀ grad_a         grad_W_hh   = h_prevᵀ grad_a      grad_b_h = Σ_batch grad_a
 */
import { add, copy, matmul, mul, type NdArray, sum, tanh, transpose } from '@retrograd/arrays';
import { checkArray, tanhDerivative } from '@retrograd/arrays/internal';
import { checkCache, checkParameters } from '@retrograd/recurrent';
import { rnn } from './rnn.js';

/** What rnnCellBackward reads: x_t (B, I), h_prev and h_t (B, H), W_xh (I, H), W_hh (H, H). */
export type RNNCache = Readonly<Record<'x_t' | 'h_prev' | 'h_t' | 'W_xh' | 'W_hh', NdArray>>;

/**
 * One vanilla RNN step: h_t = tanh(x_t W_xh + h_prev W_hh + b_h).
 * @param x_t    (B, I) input at this step
 * @param h_prev (B, H) state before it
 * @param W_xh   (I, H)
 * @param W_hh   (H, H)
 * @param b_h    (H)
 * @returns h_t (B, H) in [-1, 1], and the cache that rnnCellBackward reads (copies: later changes of x_t or W do not reach it)
 * @throws ShapeError, DtypeError naming the argument that does not fit x_t's I and h_prev's H
 */
export function rnnCellForward(
  x_t: NdArray,
  h_prev: NdArray,
  W_xh: NdArray,
  W_hh: NdArray,
  b_h: NdArray,
): [h_t: NdArray, cache: RNNCache] {
  const op = 'rnnCellForward';
  checkArray(op, 'x_t', x_t, ['batch', 'input']);
  checkArray(op, 'h_prev', h_prev, [x_t.shape[0], 'hidden']);
  checkParameters(op, rnn, { I: x_t.shape[1], H: h_prev.shape[1] }, { W_xh, W_hh, b_h });
  const h_t = tanh(add(add(matmul(x_t, W_xh), matmul(h_prev, W_hh)), b_h));
  const cache = { x_t: copy(x_t), h_prev: copy(h_prev), h_t: copy(h_t), W_xh: copy(W_xh), W_hh: copy(W_hh) };
  return [h_t, cache];
}

/**
 * The gradients of one vanilla RNN step.
 * @param grad_h (B, H) gradient of h_t
 * @param cache  from rnnCellForward, or from one step of rnnForward; not changed
 * @returns gradients of x_t (B, I), h_prev (B, H), W_xh (I, H), W_hh (H, H), b_h (H)
 * @throws StateError when the cache is not one of this cell
 * @throws ShapeError when grad_h does not have h_t's shape
 */
export function rnnCellBackward(
  grad_h: NdArray,
  cache: RNNCache,
): [grad_x: NdArray, grad_h_prev: NdArray, grad_W_xh: NdArray, grad_W_hh: NdArray, grad_b_h: NdArray] {
  const op = 'rnnCellBackward';
  checkCache(op, 'cache', rnn, cache);
  const { x_t, h_prev, h_t, W_xh, W_hh } = cache;
  checkArray(op, 'grad_h', grad_h, h_t.shape, 'the shape of h_t');
  const grad_a = mul(grad_h, tanhDerivative(h_t));
  const grad_x = matmul(grad_a, transpose(W_xh));
  const grad_h_prev = matmul(grad_a, transpose(W_hh));
  const grad_W_xh = matmul(transpose(x_t), grad_a);
  const grad_W_hh = matmul(transpose(h_prev), grad_a);
  const grad_b_h = sum(grad_a, 0);
  return [grad_x, grad_h_prev, grad_W_xh, grad_W_hh, grad_b_h];
}
