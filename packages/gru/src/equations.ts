import {
  add,
  concat,
  matmul,
  mul,
  sigmoid,
  sub,
  type Tensor,
  type TensorLike,
  tanh,
} from '@retrograd/autograd';
import type { GRUParams } from './params.js';

/** The GRU's parameters as tensors or arrays, under the spec's names. */
export type GRUTensors = Readonly<Record<keyof GRUParams, TensorLike>>;

/**
 * One GRU step composed of graph primitives; the graph derives the gradients. Cho et al. 2014, eq. 5-8: reset before the
 * product, and z_t lets the new state in.
 * @param x_t    (B, I)
 * @param h_prev (B, H)
 * @returns h_t (B, H)
 */
export function gruEquations(
  x_t: TensorLike,
  h_prev: TensorLike,
  { W_z, b_z, W_r, b_r, W_h, b_h }: GRUTensors,
): Tensor {
  const hx = concat([h_prev, x_t], 1);
  const z_t = sigmoid(add(matmul(hx, W_z), b_z));
  const r_t = sigmoid(add(matmul(hx, W_r), b_r));
  const h_tilde = tanh(add(matmul(concat([mul(r_t, h_prev), x_t], 1), W_h), b_h));
  return add(mul(sub(1, z_t), h_prev), mul(z_t, h_tilde));
}
