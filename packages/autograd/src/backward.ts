import * as k from '@retrograd/arrays/internal';
import { type Call, record, sumVersions, type Vjp } from './call.js';
import { withRecording } from './recording.js';
import { constant, Tensor } from './tensor.js';

/**
 * Adds d(loss)/d(leaf) to `.grad` of every leaf that requires grad and that `loss` was computed from.
 * @param loss      the tensor to differentiate; of one element unless a cotangent is given
 * @param cotangent weights of the elements of `loss`, of its shape
 * @throws GraphError when nothing in the graph of `loss` requires grad, or a parameter was changed since
 * @throws ShapeError when `loss` has several elements and no cotangent, or one of another shape; or the
 *         `.grad` of a leaf does not have its shape. Nothing is changed then
 */
export function backward(loss: Tensor, cotangent?: Tensor | k.NdArray): void {
  const seed = seedOf('backward', loss, cotangent);
  const calls = reachableCalls([loss]);
  const leaves = trainedLeaves(loss, calls);
  // Whatever requires grad was computed from such a leaf.
  const pass = new Pass(calls, leaves, (input) => input.requiresGrad, false);
  pass.run([loss], [seed]);
  leaves.forEach(pass.finish);
}

/** @internal The leaves that require grad, with a `.grad` of their shape: it is public, and may have been set to anything. */
export function trainedLeaves(loss: Tensor, calls: readonly Call[]): Set<Tensor> {
  const leaves = new Set<Tensor>();
  for (const { inputs } of calls) for (const t of inputs) if (t.requiresGrad && !t.call) leaves.add(t);
  if (!loss.call) leaves.add(loss);
  for (const { grad, shape } of leaves) if (grad !== null) k.checkArray('backward', 'grad', grad, shape);
  return leaves;
}

/** @internal The cotangent that a pass starts with at y. */
export function seedOf(op: string, y: Tensor, cotangent: Tensor | k.NdArray | undefined): Tensor {
  if (!(y instanceof Tensor)) throw new k.GraphError(op, 'loss', 'a tensor', k.describe(y));
  const wanted = 'computed from a tensor that requires grad';
  if (!y.requiresGrad) throw new k.GraphError(op, 'loss', wanted, 'a constant');
  if (cotangent === undefined) {
    const hint = 'reduce it or give a cotangent';
    if (y.size !== 1) throw new k.ShapeError(op, 'loss', 'of one element', k.formatShape(y.shape), hint);
    return constant(k.full(y.shape, 1, { dtype: y.dtype }));
  }
  const seed = cotangent instanceof Tensor ? cotangent : constant(cotangent);
  const [shape, given] = [y.shape, seed.shape].map(k.formatShape);
  if (given !== shape) throw new k.ShapeError(op, 'cotangent', shape, given);
  return seed;
}

/** @internal All calls newer than `oldest` that `roots` were computed from, newest first. */
export function reachableCalls(roots: readonly Tensor[], oldest = -1): Call[] {
  const seen = new Set<Call>();
  const visit = ({ call }: Tensor): void => {
    if (call !== null && call.id > oldest) seen.add(call);
  };
  roots.forEach(visit);
  // The loop reaches what is added meanwhile. No recursion: chains are longer than the machine's stack.
  for (const call of seen) call.inputs.forEach(visit);
  return [...seen].sort((a, b) => b.id - a.id);
}

/** @internal One backward pass. Cotangents live in a map of its own, so passes never disturb each other. */
export class Pass {
  private readonly cotangents = new Map<Tensor, Tensor>();
  /** Cotangents whose array nothing else refers to: only they may be added to in place, or handed out. */
  private readonly fresh = new Set<Tensor>();

  /**
   * @param calls  newest first
   * @param wanted tensors whose cotangents are looked at when the pass is over
   */
  constructor(
    private readonly calls: readonly Call[],
    private readonly wanted: ReadonlySet<Tensor>,
    private readonly isNeeded: (input: Tensor) => boolean,
    private readonly createGraph: boolean,
  ) {}

  /** Starts with a cotangent of each y; returns those of the wanted tensors, where an absent one is zeros. */
  run(ys: readonly Tensor[], seeds: readonly Tensor[]): ReadonlyMap<Tensor, Tensor> {
    return withRecording(this.createGraph, () => {
      ys.forEach((y, i) => this.accumulate(y, seeds[i]));
      // Only needed tensors get a cotangent from a call, so one without any on its outputs is skipped.
      for (const call of this.calls) if (call.outputs.some(this.isReached)) this.pull(call);
      return this.cotangents;
    });
  }

  /** Adds the cotangent of a leaf to its `.grad`. */
  readonly finish = (leaf: Tensor): void => {
    const before = leaf.grad;
    leaf.grad = this.own(leaf);
    if (before === null) return;
    // The sum is made in the new array: the one before may be in use elsewhere.
    leaf.grad = k.cast(leaf.grad, k.resultType(leaf.grad, before));
    k.addInto(leaf.grad, before);
  };

  /** The cotangent of a tensor as an array that belongs to the caller alone. */
  own(tensor: Tensor): k.NdArray {
    const cotangent = this.cotangents.get(tensor);
    if (cotangent === undefined) return k.zeros(tensor.shape, { dtype: tensor.dtype });
    return this.fresh.has(cotangent) ? cotangent.value : k.copy(cotangent.value);
  }

  protected pull(call: Call): void {
    const { name, inputs, outputs, options, versions } = call;
    if (sumVersions(inputs) !== versions) {
      const wanted = 'unchanged between forward and backward';
      const hint = 'run the forward again after an update';
      throw new k.GraphError(name, 'its inputs', wanted, 'one that was updated in place', hint);
    }
    const cotangents = outputs.map(this.take);
    const needs = inputs.map(this.isNeeded);
    if (options.vjpInto !== undefined) {
      for (let i = 0; i < inputs.length; i++) {
        const sum = needs[i] ? this.cotangents.get(inputs[i]) : undefined;
        if (sum && this.fresh.has(sum) && options.vjpInto(sum.value, i, inputs, cotangents)) needs[i] = false;
      }
    }
    const gradients = this.vjpOf(call)(cotangents, needs, this.createGraph);
    for (let i = 0; i < inputs.length; i++) {
      const gradient = gradients[i];
      if (!gradient || !needs[i]) continue;
      if (!k.shapesEqual(gradient.shape, inputs[i].shape)) {
        const [wanted, actual] = [k.formatShape(inputs[i].shape), k.formatShape(gradient.shape)];
        throw new k.ShapeError(`vjp of ${name}`, `the gradient of input ${i}`, wanted, actual);
      }
      if (options.fresh && !this.createGraph) this.fresh.add(gradient);
      this.accumulate(inputs[i], gradient);
    }
  }

  /** The vjp to take for a call. */
  protected vjpOf(call: Call): Vjp {
    return call.vjp;
  }

  private readonly isReached = (output: Tensor): boolean => this.cotangents.has(output);

  /** The finished cotangent of an output, zeros when nothing used it; forgotten unless it is wanted. */
  private readonly take = (output: Tensor): Tensor => {
    const cotangent = this.cotangents.get(output);
    if (cotangent === undefined) return constant(k.zeros(output.shape, { dtype: output.dtype }));
    if (!this.wanted.has(output)) this.cotangents.delete(output);
    this.fresh.delete(cotangent);
    return cotangent;
  };

  private accumulate(target: Tensor, gradient: Tensor): void {
    const term = castTo(gradient, target.dtype);
    const sum = this.cotangents.get(target);
    if (sum !== undefined && this.fresh.has(sum)) k.addInto(sum.value, term.value);
    else this.cotangents.set(target, sum === undefined ? term : this.add(sum, term));
  }

  // Accumulation is part of the pass, yet has to be differentiable itself: two calls that need no op by name.

  private add(a: Tensor, b: Tensor): Tensor {
    const sum = record('accumulate', [a, b], k.add(a.value, b.value), [(g) => g, (g) => g]);
    if (!this.createGraph) this.fresh.add(sum);
    return sum;
  }
}

function castTo(a: Tensor, dtype: k.Dtype): Tensor {
  if (a.dtype === dtype) return a;
  return record('cast', [a], k.cast(a.value, dtype), [(g) => castTo(g, a.dtype)]);
}
