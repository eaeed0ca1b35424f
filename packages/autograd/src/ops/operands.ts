import { type Dtype, dtypeOf, isNdArray } from '@retrograd/arrays';
import { asTensor, Tensor, type TensorLike } from '../tensor.js';

/** The two operands of an op as tensors; a bare number takes the dtype of its partner. */
export function operands(
  op: string,
  a: TensorLike,
  b: TensorLike,
  nameOfA = 'a',
  nameOfB = 'b',
): [Tensor, Tensor] {
  if (a instanceof Tensor && b instanceof Tensor) return [a, b];
  return [asTensor(op, nameOfA, a, dtypeOfLike(b)), asTensor(op, nameOfB, b, dtypeOfLike(a))];
}

function dtypeOfLike(value: TensorLike): Dtype | undefined {
  if (value instanceof Tensor) return value.dtype;
  return isNdArray(value) ? dtypeOf(value) : undefined;
}
