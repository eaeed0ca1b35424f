/**
 * One step of the LSTM with forget gate, by hand. Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000.
 *
 *     f_t     = σ([h_prev, x_t] W_f + b_f)         forget gate
 *     i_t     = σ([h_prev, x_t] W_i + b_i)         input gate
 *     c_tilde = tanh([h_prev, x_t] W_c + b_c)      candidate
 *     o_t     = σ([h_prev, x_t] W_o + b_o)         output gate
 *     c_t     = f_t c_prev + i_t c_tilde
 *     h_t     = o_t tanh(c_t)
 *
 * Backward. h_t depends on c_t, so c_t's gradient is what comes from the next step plus what comes through h_t. With
 * σ' = σ (1 - σ), tanh' = 1 - tanh², and a_g what stands inside gate g's activation:
 *
 *     grad_o   = grad_h tanh(c_t)                grad_a_o = grad_o o_t (1 - o_t)
 *     grad_c' = grad_c + grad_h o_t (1 - tanh²(c_t))
 *     grad_a_f = grad_c' c_prev f_t (1 - f_t)    grad_a_i = grad_c' c_tilde i_t (1 - i_t)
 *     grad_a_c = grad_c' i_t (1 - c_tilde²)      grad_c_prev = grad_c' f_t
 *     grad_W_g = [h_prev, x_t]ᵀ grad_a_g         grad_[h_prev, x_t] = Σ_g grad_a_g W_gᵀ
 */
import {
  add,
  concat,
  copy,
  matmul,
  mul,
  type NdArray,
  sigmoid,
  slice,
  sum,
  tanh,
  transpose,
} from '@retrograd/arrays';
import { checkArray, sigmoidDerivative, tanhDerivative } from '@retrograd/arrays/internal';
import { checkCache, checkParameters } from '@retrograd/recurrent';
import { lstm } from './lstm.js';
import type { LSTMParams } from './params.js';

type Activation = 'f_t' | 'i_t' | 'c_tilde' | 'o_t' | 'c_t' | 'tanh_c_t';

/**
 * What lstmCellBackward reads: x_t (B, I); h_prev and c_prev (B, H); the gates f_t, i_t and o_t (B, H) in (0, 1), the candidate
 * c_tilde (B, H) in (-1, 1), c_t and tanh_c_t = tanh(c_t) (B, H); and the weights (H + I, H).
 */
export type LSTMCache = Readonly<
  Record<'x_t' | 'h_prev' | 'c_prev' | Activation | 'W_f' | 'W_i' | 'W_c' | 'W_o', NdArray>
>;

/**
 * One LSTM step, as in the equations at the head of this file.
 * @param x_t    (B, I) input at this step
 * @param h_prev (B, H) hidden state before it
 * @param c_prev (B, H) cell state before it
 * @param W_f (H + I, H), b_f (H), and likewise for the gates i, c, o; hidden rows first
 * @returns h_t (B, H), c_t (B, H), and the cache that lstmCellBackward reads (copies of what was given)
 * @throws ShapeError, DtypeError naming the argument that does not fit x_t's I and h_prev's H
 */
export function lstmCellForward(
  x_t: NdArray,
  h_prev: NdArray,
  c_prev: NdArray,
  W_f: NdArray,
  b_f: NdArray,
  W_i: NdArray,
  b_i: NdArray,
  W_c: NdArray,
  b_c: NdArray,
  W_o: NdArray,
  b_o: NdArray,
): [h_t: NdArray, c_t: NdArray, cache: LSTMCache] {
  const op = 'lstmCellForward';
  checkArray(op, 'x_t', x_t, ['batch', 'input']);
  const [B, I] = x_t.shape;
  checkArray(op, 'h_prev', h_prev, [B, 'hidden']);
  const H = h_prev.shape[1];
  checkArray(op, 'c_prev', c_prev, [B, H]);
  checkParameters(op, lstm, { I, H }, { W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o });

  const hx = concat([h_prev, x_t], 1);
  const f_t = sigmoid(add(matmul(hx, W_f), b_f));
  const i_t = sigmoid(add(matmul(hx, W_i), b_i));
  const c_tilde = tanh(add(matmul(hx, W_c), b_c));
  const o_t = sigmoid(add(matmul(hx, W_o), b_o));
  const c_t = add(mul(f_t, c_prev), mul(i_t, c_tilde));
  const tanh_c_t = tanh(c_t);
  const h_t = mul(o_t, tanh_c_t);

  const weights = { W_f: copy(W_f), W_i: copy(W_i), W_c: copy(W_c), W_o: copy(W_o) };
  const before = { x_t: copy(x_t), h_prev: copy(h_prev), c_prev: copy(c_prev) };
  return [h_t, c_t, { ...before, f_t, i_t, c_tilde, o_t, c_t: copy(c_t), tanh_c_t, ...weights }];
}

/**
 * The gradients of one LSTM step.
 * @param grad_h (B, H) gradient of h_t
 * @param grad_c (B, H) gradient of c_t from the next time step (not through h_t)
 * @param cache  from lstmCellForward, or from one step of lstmForward; not changed
 * @returns gradients of x_t (B, I), h_prev (B, H), c_prev (B, H), and of every weight and bias by name
 * @throws StateError when the cache is not one of this cell
 * @throws ShapeError when grad_h or grad_c does not have h_t's shape
 */
export function lstmCellBackward(
  grad_h: NdArray,
  grad_c: NdArray,
  cache: LSTMCache,
): [grad_x: NdArray, grad_h_prev: NdArray, grad_c_prev: NdArray, grad_params: LSTMParams] {
  const op = 'lstmCellBackward';
  checkCache(op, 'cache', lstm, cache);
  const { x_t, h_prev, c_prev, f_t, i_t, c_tilde, o_t, c_t, tanh_c_t, W_f, W_i, W_c, W_o } = cache;
  checkArray(op, 'grad_h', grad_h, c_t.shape, 'the shape of h_t');
  checkArray(op, 'grad_c', grad_c, c_t.shape, 'the shape of c_t');

  const grad_o = mul(grad_h, tanh_c_t);
  const grad_c_t = add(grad_c, mul(mul(grad_h, o_t), tanhDerivative(tanh_c_t)));
  const grad_a_f = mul(mul(grad_c_t, c_prev), sigmoidDerivative(f_t));
  const grad_a_i = mul(mul(grad_c_t, c_tilde), sigmoidDerivative(i_t));
  const grad_a_c = mul(mul(grad_c_t, i_t), tanhDerivative(c_tilde));
  const grad_a_o = mul(grad_o, sigmoidDerivative(o_t));
  const grad_c_prev = mul(grad_c_t, f_t);

  const grad_hx = add(
    add(matmul(grad_a_f, transpose(W_f)), matmul(grad_a_i, transpose(W_i))),
    add(matmul(grad_a_c, transpose(W_c)), matmul(grad_a_o, transpose(W_o))),
  );
  const H = h_prev.shape[1];
  const grad_h_prev = copy(slice(grad_hx, [null, [0, H]]));
  const grad_x = copy(slice(grad_hx, [null, [H, null]]));

  const hx_T = transpose(concat([h_prev, x_t], 1));
  const grad_params = {
    W_f: matmul(hx_T, grad_a_f),
    b_f: sum(grad_a_f, 0),
    W_i: matmul(hx_T, grad_a_i),
    b_i: sum(grad_a_i, 0),
    W_c: matmul(hx_T, grad_a_c),
    b_c: sum(grad_a_c, 0),
    W_o: matmul(hx_T, grad_a_o),
    b_o: sum(grad_a_o, 0),
  };
  return [grad_x, grad_h_prev, grad_c_prev, grad_params];
}
