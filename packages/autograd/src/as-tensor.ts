import { type Dtype, DtypeError, dtypeOf, type IndexArray, isNdArray, type NdArray } from '@retrograd/arrays';
import { allocate, checkArray, checkIndexArray, describe, wrap } from '@retrograd/arrays/internal';
import { leafOf, Tensor } from './tensor.js';

/** What an op takes: a tensor, an array (a constant), or a number (which takes the dtype of its partner). */
export type TensorLike = Tensor | NdArray | number;

/**
 * The tensor of what an op was given: a tensor itself, an array or a number as a constant, not copied.
 * @param op       the op's name, for the message of an error
 * @param argument the argument's name, likewise
 * @param like     dtype of a bare number; float64 unless given
 * @throws DtypeError when `value` is neither a tensor nor an array of floats nor a number
 */
export function asTensor(op: string, argument: string, value: TensorLike, like?: Dtype): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value === 'number') return leafOf(scalar(value, like ?? 'float64'));
  if (!isNdArray(value)) {
    throw new DtypeError(op, argument, 'a tensor, an ndarray or a number', describe(value));
  }
  checkArray(op, argument, value);
  return leafOf(value);
}

/** As `array(value)`, without its checks: numbers are operands in every other vjp. */
function scalar(value: number, dtype: Dtype): NdArray {
  const data = allocate(dtype, 1);
  data[0] = value;
  return wrap(data, []);
}

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

/** The tensors of a list that an op was given. */
export function asTensors(op: string, xs: readonly TensorLike[]): Tensor[] {
  if (!Array.isArray(xs)) throw new DtypeError(op, 'xs', 'a list of tensors', describe(xs));
  return xs.map((x, i) => asTensor(op, `xs[${i}]`, x));
}

/** Indices, classes, masks, conditions: an array of any number type, or a tensor, which gets no gradient. */
export type IndexLike = IndexArray | Tensor;

/** The array of what an op was given for indices. */
export function asIndices(op: string, argument: string, value: IndexLike): IndexArray {
  const array = value instanceof Tensor ? value.value : value;
  checkIndexArray(op, argument, array);
  return array;
}
