import * as k from '@retrograd/arrays';
import { asTensor, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';
import { INTO_SUM, matmul } from './matmul.js';
import { sum } from './sum.js';
import { transpose } from './transpose.js';

/**
 * x W + b for a matrix x, the bias added to every row: one pass less than a product and a sum.
 * @param x (N, I)
 * @param W (I, O)
 * @param b (O); none unless given
 * @returns (N, O)
 * @throws ShapeError when one has another shape, DtypeError when one is not a tensor, an array or a number
 */
export function affine(x: TensorLike, W: TensorLike, b?: TensorLike): Tensor {
  const rows = asTensor('affine', 'x', x);
  const weight = asTensor('affine', 'W', W);
  const bias = b === undefined ? undefined : asTensor('affine', 'b', b);
  const inputs = bias === undefined ? [rows, weight] : [rows, weight, bias];
  const value = k.affine(rows.value, weight.value, bias?.value);
  return record(
    'affine',
    inputs,
    value,
    [(g) => matmul(g, transpose(weight)), (g) => matmul(transpose(rows), g), (g) => sum(g, 0)],
    INTO_SUM,
  );
}
