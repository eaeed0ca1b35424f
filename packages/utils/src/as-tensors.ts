import { asTensor, type Tensor, type TensorLike } from '@retrograd/autograd';

/**
 * The arguments of an op as tensors, in the order of the object's keys, which name them in errors.
 * @throws DtypeError naming the one that is neither tensor, array nor number
 */
export function asTensors(op: string, inputs: Readonly<Record<string, TensorLike>>): Tensor[] {
  return Object.entries(inputs).map(([name, value]) => asTensor(op, name, value));
}
