import { dense, type NdArray, zeros } from '@retrograd/arrays';
import type { Tensor } from '@retrograd/autograd';
import type { Dtype, FloatData } from '@retrograd/kernels';
import type { Place } from './layout.js';

type Buffers = Readonly<Record<Dtype, FloatData>>;

/** Writes a gradient times its weight to its place; zeros where there is none. */
export function packGradient(buffers: Buffers, place: Place, grad: NdArray | null, weight: number): void {
  const room = buffers[place.dtype].subarray(place.at, place.at + place.length);
  // Not the product with 0: an empty part may have any gradient.
  if (grad === null || weight === 0) {
    room.fill(0);
    return;
  }
  const { data } = dense(grad);
  for (let i = 0; i < room.length; i++) room[i] = data[i] * weight;
}

/** Reads the sum of the gradients of a parameter and divides it by the sum of the weights. */
export function unpackGradient(buffers: Buffers, place: Place, parameter: Tensor, weight: number): void {
  const { shape, dtype } = parameter;
  const grad = parameter.grad === null ? zeros(shape, { dtype }) : dense(parameter.grad);
  const { data } = grad;
  const sum = buffers[place.dtype].subarray(place.at, place.at + place.length);
  for (let i = 0; i < sum.length; i++) data[i] = sum[i] / weight;
  parameter.grad = grad;
}
