import { add, matmul, type Tensor, type TensorLike, tanh } from '@retrograd/autograd';

/**
 * One vanilla RNN step composed of graph primitives; the graph derives the gradients. Elman 1990.
 * @param x_t    (B, I)
 * @param h_prev (B, H)
 * @returns h_t (B, H)
 */
export function rnnEquations(
  x_t: TensorLike,
  h_prev: TensorLike,
  W_xh: TensorLike,
  W_hh: TensorLike,
  b_h: TensorLike,
): Tensor {
  return tanh(add(add(matmul(x_t, W_xh), matmul(h_prev, W_hh)), b_h));
}
