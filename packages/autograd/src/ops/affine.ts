import * as k from '@retrograd/arrays/internal';
import { type Pullback, record } from '../call.js';
import { asTensor, constant, type Tensor, type TensorLike } from '../tensor.js';

// Apart from matmul.ts and transpose.ts, which take arrays of any rank: a linear layer needs matrices only, and its derivatives
// are products of arrays unless they are to be differentiated again.

/**
 * x W + b for a matrix x, the bias added to every row: one pass less than a product and a sum.
 * @param x (N, I)
 * @param W (I, O)
 * @param b (O); none unless given
 * @returns (N, O)
 * @throws ShapeError when one has another shape
 */
export function affine(x: TensorLike, W: TensorLike, b?: TensorLike): Tensor {
  const rows = asTensor('affine', 'x', x);
  const weight = asTensor('affine', 'W', W);
  const pullbacks: Pullback[] = [
    (g, sum, pass) => {
      const ops = pass?.twice?.ops;
      return ops ? ops.matmul(g, ops.transpose(weight)) : product(g.value, turn(weight.value), sum);
    },
    (g, sum, pass) => {
      const ops = pass?.twice?.ops;
      return ops ? ops.matmul(ops.transpose(rows), g) : product(turn(rows.value), g.value, sum);
    },
  ];
  if (b === undefined) {
    return record('matmul', [rows, weight], k.affine(rows.value, weight.value), pullbacks);
  }
  const bias = asTensor('affine', 'b', b);
  return record('affine', [rows, weight, bias], k.affine(rows.value, weight.value, bias.value), [
    ...pullbacks,
    (g, _, pass) => pass?.twice?.ops.sumTo(g, bias.shape) ?? constant(k.sumRows(g.value)),
  ]);
}

/** a b as a cotangent, or null when it could be added to `sum` at once (matmul.ts). */
const product = (a: k.NdArray, b: k.NdArray, sum: k.NdArray | undefined): Tensor | null =>
  sum !== undefined && k.addMatmul(sum, a, b) ? null : constant(k.affine(a, b));

/** The transpose of a matrix, a view. */
const turn = ({ data, shape, stride, offset }: k.NdArray): k.NdArray =>
  k.view(data, shape.slice().reverse(), stride.slice().reverse(), offset);
