import * as k from '@retrograd/kernels';
import { record } from '../call.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { sumTo } from './broadcast.js';
import { operands } from './operands.js';
import { transpose } from './transpose.js';

/**
 * Matrix product of the last two axes: (…, M, K) · (…, K, N) = (…, M, N); the axes before them broadcast.
 * @throws ShapeError when an operand has fewer than two axes, or the sizes do not fit
 */
export function matmul(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands('matmul', a, b);
  // Transposing makes a view, which the product reads as it lies: nothing is copied.
  return record('matmul', [x, y], k.matmul(x.value, y.value), [
    (g) => sumTo(matmul(g, swapLastAxes(y)), x.shape),
    (g) => sumTo(matmul(swapLastAxes(x), g), y.shape),
  ]);
}

function swapLastAxes(x: Tensor): Tensor {
  const rank = x.shape.length;
  if (rank === 2) return transpose(x);
  const axes = x.shape.map((_, i) => i);
  return transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2]);
}
