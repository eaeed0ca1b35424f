import { GraphError } from '@retrograd/arrays';
import { Pass, reachableCalls } from './backward.js';
import { type Call, type Composed, record, type Vjp } from './call.js';
import { constant, type Tensor } from './tensor.js';

/**
 * The gradients of ys with respect to xs, from checked arguments.
 * @param seeds       a cotangent of each y
 * @param createGraph whether the pass is recorded, so that the gradients can be differentiated again
 */
export function gradientsOf(
  ys: readonly Tensor[],
  xs: readonly Tensor[],
  seeds: readonly Tensor[],
  createGraph: boolean,
): Tensor[] {
  // A call on the way from an x is newer than the call that made the x: older ones need no look.
  const oldest = xs.reduce((id, { call }) => Math.min(id, call?.id ?? -1), Number.POSITIVE_INFINITY);
  const wanted = new Set(xs);
  const { calls, isNeeded } = onTheWay(reachableCalls(ys, oldest), wanted);
  const pass = new (createGraph ? RecordedPass : Pass)(calls, wanted, isNeeded, createGraph);
  const cotangents = pass.run(ys, seeds);
  return xs.map((x) => (createGraph && cotangents.get(x)) || constant(pass.own(x)));
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
    const gradients = gradientsOf(outputs.filter(isLive), wanted, cotangents.filter(isLive), true);
    return needs.map((needed) => (needed ? gradients.shift()! : null));
  };
