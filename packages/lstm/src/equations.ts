import { add, concat, matmul, mul, sigmoid, type Tensor, type TensorLike, tanh } from '@retrograd/autograd';
import type { LSTMParams } from './params.js';

/** The LSTM's parameters as tensors or arrays, under the spec's names. */
export type LSTMTensors = Readonly<Record<keyof LSTMParams, TensorLike>>;

/**
 * One LSTM step composed of graph primitives; the graph derives the gradients. Hochreiter & Schmidhuber 1997 with the
 * forget gate of Gers, Schmidhuber & Cummins 2000.
 * @param x_t    (B, I)
 * @param h_prev (B, H)
 * @param c_prev (B, H)
 * @returns h_t and c_t, (B, H)
 */
export function lstmEquations(
  x_t: TensorLike,
  h_prev: TensorLike,
  c_prev: TensorLike,
  { W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o }: LSTMTensors,
): [h_t: Tensor, c_t: Tensor] {
  const hx = concat([h_prev, x_t], 1);
  const f_t = sigmoid(add(matmul(hx, W_f), b_f));
  const i_t = sigmoid(add(matmul(hx, W_i), b_i));
  const c_tilde = tanh(add(matmul(hx, W_c), b_c));
  const o_t = sigmoid(add(matmul(hx, W_o), b_o));
  const c_t = add(mul(f_t, c_prev), mul(i_t, c_tilde));
  const h_t = mul(o_t, tanh(c_t));
  return [h_t, c_t];
}
