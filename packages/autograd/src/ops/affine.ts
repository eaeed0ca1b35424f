import * as k from '@retrograd/kernels';
import { type Pullback, record } from '../call.js';
import { asTensor, type Tensor, type TensorLike } from '../tensor.js';
import { operands } from './operands.js';
import { transpose } from './transpose.js';

// Apart from matmul.ts, whose products broadcast: a linear layer needs nothing of that, nor do its derivatives.

/**
 * x W + b for a matrix x, the bias added to every row: one pass less than a product and a sum.
 * @param x (N, I)
 * @param W (I, O)
 * @param b (O); none unless given
 * @returns (N, O)
 * @throws ShapeError when one has another shape
 */
export function affine(x: TensorLike, W: TensorLike, b?: TensorLike): Tensor {
  const [rows, weight] = operands('affine', x, W, 'x', 'W');
  const pullbacks: Pullback[] = [
    (g, sum) => product(g, transpose(weight), sum),
    (g, sum) => product(transpose(rows), g, sum),
  ];
  if (b === undefined) {
    return record('matmul', [rows, weight], k.affine(rows.value, weight.value), pullbacks);
  }
  const bias = asTensor('affine', 'b', b);
  const value = k.affine(rows.value, weight.value, bias.value);
  return record('affine', [rows, weight, bias], value, [...pullbacks, sumRows]);
}

/** a b, or null when it could be added to `sum` at once (matmul.ts). */
function product(a: Tensor, b: Tensor, sum: k.NdArray | undefined): Tensor | null {
  return sum !== undefined && k.addMatmul(sum, a.value, b.value) ? null : affine(a, b);
}

/** (N, O) to (O), and back: each other's vjp. */
const sumRows = (g: Tensor): Tensor =>
  record('sumTo', [g], k.sumRows(g.value), [(h) => repeatRow(h, g.shape)]);
const repeatRow = (h: Tensor, shape: readonly number[]): Tensor =>
  record('broadcastTo', [h], k.broadcastTo(h.value, shape), [sumRows]);
