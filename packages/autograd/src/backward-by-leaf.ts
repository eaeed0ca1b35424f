import { Pass, reachableCalls, seedOf, trainedLeaves } from './backward.js';
import type { Call } from './call.js';
import type { Tensor } from './tensor.js';

/**
 * As `backward`, and calls a function with each leaf as soon as its `.grad` is final, while others are still
 * computed: for work beside the rest of the pass, such as sending it. A pass that fails later leaves these
 * gradients.
 * @throws GraphError, ShapeError as `backward`
 */
export function backwardByLeaf(loss: Tensor, onGradient: (leaf: Tensor) => void): void {
  const seed = seedOf('backward', loss, undefined);
  const calls = reachableCalls([loss]);
  const leaves = trainedLeaves(loss, calls);
  const pass = new ReportingPass(calls, leaves, (input) => input.requiresGrad, false);
  const lastUsers = leavesByLastUser(calls, leaves);
  const report = (leaf: Tensor): void => {
    pass.finish(leaf);
    leaves.delete(leaf);
    onGradient(leaf);
  };
  pass.onPulled = (call) => lastUsers.get(call)?.forEach(report);
  pass.run([loss], [seed]);
  // Those whose last user got no cotangent, and the loss itself if it is a leaf.
  [...leaves].forEach(report);
}

/** A pass that tells of each call after its vjp. */
class ReportingPass extends Pass {
  onPulled: (call: Call) => void = () => {};

  protected override pull(call: Call): void {
    super.pull(call);
    this.onPulled(call);
  }
}

/** The leaves whose gradient is final after a call's vjp: no call that comes later in the pass uses them. */
function leavesByLastUser(calls: readonly Call[], leaves: ReadonlySet<Tensor>): Map<Call, Tensor[]> {
  const last = new Map<Tensor, Call>();
  for (const call of calls) for (const t of call.inputs) if (leaves.has(t)) last.set(t, call);
  const byCall = new Map<Call, Tensor[]>();
  for (const [leaf, call] of last) byCall.set(call, [...(byCall.get(call) ?? []), leaf]);
  return byCall;
}
