import { dense, type FloatData, GraphError, type NdArray, ShapeError, ValueError } from '@retrograd/arrays';
import { describe, formatShape, isDense, shapesEqual, sumOfSquares } from '@retrograd/arrays/internal';
import { Tensor } from '@retrograd/autograd';

/** @throws GraphError, ValueError unless `parameters` is a list of different leaves that require grad */
export function checkParameters(name: string, parameters: readonly Tensor[]): void {
  if (!Array.isArray(parameters) || parameters.length === 0) {
    const actual = parameters instanceof Tensor ? 'a tensor' : describe(parameters);
    throw new ValueError(name, 'parameters', 'a list of at least one tensor', actual);
  }
  parameters.forEach((p: unknown, i) => {
    if (!(p instanceof Tensor) || !p.requiresGrad || p.call !== null || !isDense(p.value)) {
      const actual =
        p instanceof Tensor ? `a tensor that is ${p.call ? 'computed' : 'constant'}` : describe(p);
      throw new GraphError(name, `parameters[${i}]`, 'a leaf that requires grad', actual);
    }
  });
  if (new Set(parameters).size < parameters.length) {
    throw new ValueError(name, 'parameters', 'different tensors', 'one of them twice');
  }
}

/**
 * @param known whether the entries are known to be finite
 * @returns the gradient's data, dense
 * @throws ShapeError, ValueError when the gradient does not have its parameter's shape or is not finite
 */
export function checkGradient(
  op: string,
  i: number,
  parameter: Tensor,
  gradient: NdArray,
  known: boolean,
): FloatData {
  const argument = `gradient of parameters[${i}]`;
  if (!shapesEqual(gradient.shape, parameter.shape)) {
    throw new ShapeError(op, argument, formatShape(parameter.shape), formatShape(gradient.shape));
  }
  const { data } = dense(gradient);
  if (known || Number.isFinite(sumOfSquares(data))) return data;
  for (let j = 0; j < data.length; j++) {
    if (!Number.isFinite(data[j])) {
      throw new ValueError(
        op,
        argument,
        'finite',
        String(data[j]),
        'lower the learning rate or clip the gradients',
      );
    }
  }
  return data;
}
