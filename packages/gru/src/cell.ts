/**
 * One step of the GRU, by hand. Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder", eq. 5-8, with
 * biases, and with an update gate that lets the NEW state in. The reset gate acts before the candidate's product.
 *
 *     z_t     = σ([h_prev, x_t] W_z + b_z)              update gate
 *     r_t     = σ([h_prev, x_t] W_r + b_r)              reset gate
 *     h_tilde = tanh([r_t h_prev, x_t] W_h + b_h)       candidate
 *     h_t     = (1 - z_t) h_prev + z_t h_tilde
 *
 * Backward, with a_g what stands inside gate g's activation. h_prev is used in four places: in the mix, under the reset
 * gate, and in both gates.
 *
 *     grad_a_z = grad_h (h_tilde - h_prev) z_t (1 - z_t)
 *     grad_a_h = grad_h z_t (1 - h_tilde²)              grad_[r_t h_prev, x_t] = grad_a_h W_hᵀ
 *     grad_a_r = grad_(r_t h_prev) h_prev r_t (1 - r_t)
 *     grad_W_z = [h_prev, x_t]ᵀ grad_a_z                grad_W_h = [r_t h_prev, x_t]ᵀ grad_a_h
 *     grad_h_prev = grad_h (1 - z_t) + grad_(r_t h_prev) r_t + the hidden part of grad_a_z W_zᵀ + grad_a_r W_rᵀ
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
  sub,
  sum,
  tanh,
  transpose,
} from '@retrograd/arrays';
import { checkArray, oneMinus, sigmoidDerivative, tanhDerivative } from '@retrograd/arrays/internal';
import { checkCache, checkParameters } from '@retrograd/recurrent';
import { gru } from './gru.js';
import type { GRUParams } from './params.js';

/**
 * What gruCellBackward reads: x_t (B, I), h_prev (B, H), the gates z_t and r_t (B, H) in (0, 1), the candidate h_tilde (B, H) in
 * (-1, 1), and the weights (H + I, H).
 */
export type GRUCache = Readonly<
  Record<'x_t' | 'h_prev' | 'z_t' | 'r_t' | 'h_tilde' | 'W_z' | 'W_r' | 'W_h', NdArray>
>;

/**
 * One GRU step, as in the equations at the head of this file.
 * @param x_t    (B, I) input at this step
 * @param h_prev (B, H) state before it
 * @param W_z (H + I, H), b_z (H), and likewise for r and h; hidden rows first
 * @returns h_t (B, H), and the cache that gruCellBackward reads (copies of what was given)
 * @throws ShapeError, DtypeError naming the argument that does not fit x_t's I and h_prev's H
 */
export function gruCellForward(
  x_t: NdArray,
  h_prev: NdArray,
  W_z: NdArray,
  b_z: NdArray,
  W_r: NdArray,
  b_r: NdArray,
  W_h: NdArray,
  b_h: NdArray,
): [h_t: NdArray, cache: GRUCache] {
  const op = 'gruCellForward';
  checkArray(op, 'x_t', x_t, ['batch', 'input']);
  checkArray(op, 'h_prev', h_prev, [x_t.shape[0], 'hidden']);
  checkParameters(op, gru, { I: x_t.shape[1], H: h_prev.shape[1] }, { W_z, b_z, W_r, b_r, W_h, b_h });

  const hx = concat([h_prev, x_t], 1);
  const z_t = sigmoid(add(matmul(hx, W_z), b_z));
  const r_t = sigmoid(add(matmul(hx, W_r), b_r));
  const h_tilde = tanh(add(matmul(concat([mul(r_t, h_prev), x_t], 1), W_h), b_h));
  const h_t = add(mul(oneMinus(z_t), h_prev), mul(z_t, h_tilde));

  const weights = { W_z: copy(W_z), W_r: copy(W_r), W_h: copy(W_h) };
  return [h_t, { x_t: copy(x_t), h_prev: copy(h_prev), z_t, r_t, h_tilde, ...weights }];
}

/**
 * The gradients of one GRU step.
 * @param grad_h (B, H) gradient of h_t
 * @param cache  from gruCellForward, or from one step of gruForward; not changed
 * @returns gradients of x_t (B, I), h_prev (B, H), and of every weight and bias by name
 * @throws StateError when the cache is not one of this cell
 * @throws ShapeError when grad_h does not have h_t's shape
 */
export function gruCellBackward(
  grad_h: NdArray,
  cache: GRUCache,
): [grad_x: NdArray, grad_h_prev: NdArray, grad_params: GRUParams] {
  const op = 'gruCellBackward';
  checkCache(op, 'cache', gru, cache);
  const { x_t, h_prev, z_t, r_t, h_tilde, W_z, W_r, W_h } = cache;
  checkArray(op, 'grad_h', grad_h, h_prev.shape, 'the shape of h_t');
  const H = h_prev.shape[1];
  const hidden = (rows: NdArray): NdArray => slice(rows, [null, [0, H]]);
  const input = (rows: NdArray): NdArray => slice(rows, [null, [H, null]]);

  const grad_a_z = mul(mul(grad_h, sub(h_tilde, h_prev)), sigmoidDerivative(z_t));
  const grad_a_h = mul(mul(grad_h, z_t), tanhDerivative(h_tilde));
  const grad_rhx = matmul(grad_a_h, transpose(W_h));
  const grad_rh = hidden(grad_rhx);
  const grad_a_r = mul(mul(grad_rh, h_prev), sigmoidDerivative(r_t));

  const grad_hx = add(matmul(grad_a_z, transpose(W_z)), matmul(grad_a_r, transpose(W_r)));
  const grad_x = add(input(grad_hx), input(grad_rhx));
  const grad_mix = add(mul(grad_h, oneMinus(z_t)), mul(grad_rh, r_t));
  const grad_h_prev = add(grad_mix, hidden(grad_hx));

  const hx_T = transpose(concat([h_prev, x_t], 1));
  const rhx_T = transpose(concat([mul(r_t, h_prev), x_t], 1));
  const grad_params = {
    W_z: matmul(hx_T, grad_a_z),
    b_z: sum(grad_a_z, 0),
    W_r: matmul(hx_T, grad_a_r),
    b_r: sum(grad_a_r, 0),
    W_h: matmul(rhx_T, grad_a_h),
    b_h: sum(grad_a_h, 0),
  };
  return [grad_x, grad_h_prev, grad_params];
}
