import { GraphError, type NdArray } from '@retrograd/arrays';
import { describe } from '@retrograd/arrays/internal';
import { Pass, reachableCalls, seedOf } from './backward.js';
import { type Call, type Composed, record, type Vjp } from './call.js';
import { constant, Tensor } from './tensor.js';

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
  // A call on the way from an x is newer than the call that made the x: older ones need no look.
  const oldest = xs.reduce((id, { call }) => Math.min(id, call?.id ?? -1), Number.POSITIVE_INFINITY);
  const wanted = new Set(xs);
  const { calls, isNeeded } = onTheWay(reachableCalls(ys, oldest), wanted);
  const pass = new (createGraph ? RecordedPass : Pass)(calls, wanted, isNeeded, createGraph);
  const cotangents = pass.run(ys, seeds);
  const gradients = xs.map((each) => (createGraph && cotangents.get(each)) || constant(pass.own(each)));
  return x instanceof Tensor ? gradients[0] : gradients;
}

/** Of these calls, newest first, those on a way to a wanted tensor; and whether a tensor is on one. */
function onTheWay(
  calls: readonly Call[],
  wanted: ReadonlySet<Tensor>,
): { calls: Call[]; isNeeded: (input: Tensor) => boolean } {
  const useful = new Set<Call>();
  const isNeeded = (input: Tensor): boolean =>
    wanted.has(input) || (input.call !== null && useful.has(input.call));
  for (const call of calls.toReversed()) if (call.inputs.some(isNeeded)) useful.add(call);
  return { calls: calls.filter((call) => useful.has(call)), isNeeded };
}

/** A pass that can be differentiated again: through the vjps, which are written with ops, and the composed twins. */
class RecordedPass extends Pass {
  protected override vjpOf(call: Call): Vjp {
    return call.options.composed === undefined ? call.vjp : composedVjp(call, call.options.composed);
  }
}

/** The vjp of a call as a graph, by running its composed twin and differentiating that. */
const composedVjp =
  ({ name, inputs }: Call, composed: Composed): Vjp =>
  (cotangents, needs) => {
    // Aliases make the inputs independent of each other, as partial derivatives want it, even if one was
    // computed from another.
    const aliases = inputs.map((input) => record('alias', [input], input.value, [(g) => g]));
    const outputs = composed(...aliases);
    const n = cotangents.length;
    if (outputs.length !== n) {
      throw new GraphError(name, 'composed', `a function to ${n} tensors`, `one to ${outputs.length}`);
    }
    const isLive = (_: Tensor, i: number): boolean => outputs[i].requiresGrad;
    const wanted = aliases.filter((_, i) => needs[i]);
    const cotangent = cotangents.filter(isLive);
    const gradients = grad(outputs.filter(isLive), wanted, { cotangent, createGraph: true });
    return needs.map((needed) => (needed ? gradients.shift()! : null));
  };
