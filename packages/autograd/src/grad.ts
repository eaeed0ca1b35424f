import { GraphError, type NdArray } from '@retrograd/arrays';
import { describe } from '@retrograd/arrays/internal';
import { seedOf } from './backward.js';
import { gradientsOf } from './double-backward.js';
import { Tensor } from './tensor.js';

type OneOrMore = Tensor | readonly Tensor[];

export interface GradOptions {
  /** Record the backward pass too, so that its result can be differentiated again. Default false. */
  createGraph?: boolean;
  /** Cotangent of each y, of y's shape. Needed unless y has one element, where it is 1. */
  cotangent?: Tensor | NdArray | readonly (Tensor | NdArray)[];
}

/**
 * Gradients of y (summed, when there are several) with respect to each x, leaves or not, without touching
 * `.grad`. An x that y does not depend on has a zero gradient.
 * @returns a tensor of x's shape for each x; part of the graph when `createGraph`
 * @throws GraphError, ShapeError as `backward`
 */
export function grad(y: OneOrMore, x: Tensor, options?: GradOptions): Tensor;
export function grad(y: OneOrMore, xs: readonly Tensor[], options?: GradOptions): Tensor[];
export function grad(y: OneOrMore, x: OneOrMore, options: GradOptions = {}): Tensor | Tensor[] {
  const { cotangent, createGraph = false } = options;
  const ys = y instanceof Tensor ? [y] : y;
  const xs = x instanceof Tensor ? [x] : x;
  if (!Array.isArray(ys)) throw new GraphError('grad', 'y', 'a tensor or a list of tensors', describe(ys));
  if (!Array.isArray(xs)) throw new GraphError('grad', 'xs', 'a tensor or a list of tensors', describe(xs));
  const given: readonly (Tensor | NdArray | undefined)[] = Array.isArray(cotangent) ? cotangent : [cotangent];
  const seeds = ys.map((each, i) => seedOf('grad', each, given[i]));
  const i = xs.findIndex((each) => !each?.requiresGrad);
  const actual = xs[i] instanceof Tensor ? 'a constant' : describe(xs[i]);
  if (i >= 0) throw new GraphError('grad', `xs[${i}]`, 'a tensor that requires grad', actual);
  const gradients = gradientsOf(ys, xs, seeds, createGraph);
  return x instanceof Tensor ? gradients[0] : gradients;
}
