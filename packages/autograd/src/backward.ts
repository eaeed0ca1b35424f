import {
  addInto,
  cast,
  copy,
  dtypeOf,
  full,
  GraphError,
  type NdArray,
  ShapeError,
  zeros,
} from '@retrograd/arrays';
import { addAlike, checkArray, describe, formatShape, shapesEqual } from '@retrograd/arrays/internal';
import { mayShareSlab, withSlabs } from '@retrograd/kernels/internal';
import { type Call, type PassContext, record, sumVersions } from './call.js';
import { withRecording } from './recording.js';
import { constant, Tensor } from './tensor.js';
import type { Twice } from './twice.js';

/**
 * Adds d(loss)/d(leaf) to `.grad` of every leaf that requires grad and that `loss` was computed from.
 * @param loss      the tensor to differentiate; of one element unless a cotangent is given
 * @param cotangent weights of the elements of `loss`, of its shape
 * @throws GraphError when nothing in the graph of `loss` requires grad, or a parameter was changed since
 * @throws ShapeError when `loss` has several elements and no cotangent, or one of another shape; or a leaf's `.grad` has not its
 *         shape. Nothing is changed then
 */
export function backward(loss: Tensor, cotangent?: Tensor | NdArray): void {
  const seed = seedOf('backward', loss, cotangent);
  const leaves = new Set<Tensor>();
  const calls = gather([loss]);
  for (const { inputs } of calls)
    for (const t of inputs) if (t.requiresGrad && t.call === null) leaves.add(t);
  if (loss.call === null) leaves.add(loss);
  // Anybody may have set it.
  for (const { grad, shape } of leaves) if (grad !== null) checkArray('backward', 'grad', grad, shape);
  // Whatever requires grad was computed from such a leaf.
  const pass = new Pass(calls, leaves, null, (input) => input.requiresGrad);
  const cotangents = pass.run([loss], [seed]);
  for (const leaf of leaves) {
    const gradient = pass.own(cotangents.get(leaf), leaf);
    leaf.grad = leaf.grad === null ? gradient : addAlike(leaf.grad, gradient);
  }
}

/** @internal The cotangent that a pass starts with at y. */
export function seedOf(op: string, y: Tensor, cotangent: Tensor | NdArray | undefined): Tensor {
  if (!(y instanceof Tensor)) throw new GraphError(op, 'loss', 'a tensor', describe(y));
  if (!y.requiresGrad) {
    throw new GraphError(op, 'loss', 'computed from a tensor that requires grad', 'a constant');
  }
  if (cotangent === undefined) {
    if (y.size !== 1) {
      throw new ShapeError(
        op,
        'loss',
        'of one element',
        formatShape(y.shape),
        'reduce it or give a cotangent',
      );
    }
    return constant(full(y.shape, 1, { dtype: y.dtype }));
  }
  const seed = cotangent instanceof Tensor ? cotangent : constant(cotangent);
  if (!shapesEqual(seed.shape, y.shape)) {
    throw new ShapeError(op, 'cotangent', formatShape(y.shape), formatShape(seed.shape));
  }
  return seed;
}

/**
 * @internal All calls newer than `oldest` that `roots` were computed from, newest first. An explicit stack: chains are
 * longer than the machine's.
 */
export function gather(roots: readonly Tensor[], oldest = -1): Call[] {
  const seen = new Set<Call>();
  const stack: Call[] = [];
  const visit = ({ call }: Tensor): void => {
    if (call !== null && call.id > oldest && !seen.has(call)) {
      seen.add(call);
      stack.push(call);
    }
  };
  roots.forEach(visit);
  for (let call = stack.pop(); call !== undefined; call = stack.pop()) call.inputs.forEach(visit);
  return [...seen].sort((a, b) => b.id - a.id);
}

/** @internal One backward pass. Cotangents live in a map of its own, so passes never disturb each other. */
export class Pass implements PassContext {
  private readonly cotangents = new Map<Tensor, Tensor>();
  /** Arrays made in this pass and seen by nobody else yet: the only cotangents that may be added to in place, or handed out. */
  private readonly sums = new Set<Tensor>();

  constructor(
    private readonly calls: readonly Call[],
    private readonly wanted: ReadonlySet<Tensor>,
    /** As in `PassContext`. */
    readonly twice: Twice | null,
    private readonly isNeeded: (input: Tensor) => boolean,
  ) {}

  run(ys: readonly Tensor[], seeds: readonly Tensor[]): ReadonlyMap<Tensor, Tensor> {
    // Without a graph the cotangents die with the pass, except those that `own` hands out.
    const recorded = this.twice !== null;
    return withRecording(recorded, () => withSlabs(!recorded, () => this.pullAll(ys, seeds)));
  }

  claim(cotangent: Tensor): void {
    if (this.twice === null) this.sums.add(cotangent);
  }

  private pullAll(ys: readonly Tensor[], seeds: readonly Tensor[]): ReadonlyMap<Tensor, Tensor> {
    // Only needed tensors get a cotangent, so a call without one on its outputs is skipped.
    ys.forEach((y, i) => {
      if (this.isNeeded(y)) this.accumulate(y, seeds[i] as Tensor);
    });
    for (const call of this.calls) if (this.isReached(call)) this.pull(call);
    return this.cotangents;
  }

  /** The cotangent as an array that belongs to the caller alone; zeros when there is none. */
  own(cotangent: Tensor | undefined, like: Tensor): NdArray {
    if (cotangent === undefined) return zeros(like.shape, { dtype: like.dtype });
    const { value } = cotangent;
    return this.sums.has(cotangent) && !mayShareSlab(value.data) ? value : copy(value);
  }

  private isReached({ outputs }: Call): boolean {
    for (const output of outputs) if (this.cotangents.has(output)) return true;
    return false;
  }

  private pull(call: Call): void {
    if (sumVersions(call.inputs) !== call.versions) {
      throw new GraphError(
        call.name,
        'its inputs',
        'unchanged between forward and backward',
        'one that was updated in place',
        'run the forward again after an update',
      );
    }
    const { vjp } = call;
    if (typeof vjp === 'function') {
      const gradients = vjp(call.outputs.map(this.take), call.inputs.map(this.isNeeded), this);
      call.inputs.forEach((input, i) => {
        const gradient = gradients[i] ?? null;
        if (gradient !== null && this.isNeeded(input)) this.accumulate(input, gradient, call, i);
      });
      return;
    }
    const cotangent = this.take(call.outputs[0] as Tensor);
    for (let i = 0; i < vjp.length; i++) {
      const pullback = vjp[i];
      const input = call.inputs[i] as Tensor;
      if (!pullback || !this.isNeeded(input)) continue;
      const gradient = pullback(cotangent, this.sumOf(input), this);
      if (gradient !== null) this.accumulate(input, gradient, call, i);
    }
  }

  /** What a pullback may add to in place. */
  private sumOf(target: Tensor): NdArray | undefined {
    const cotangent = this.cotangents.get(target);
    return cotangent !== undefined && this.sums.has(cotangent) ? cotangent.value : undefined;
  }

  /** The finished cotangent of an output (zeros when nothing used it); forgotten unless somebody wants it at the end. */
  private readonly take = (output: Tensor): Tensor => {
    const cotangent = this.cotangents.get(output);
    if (cotangent === undefined) return constant(zeros(output.shape, { dtype: output.dtype }));
    if (!this.wanted.has(output)) this.cotangents.delete(output);
    this.sums.delete(cotangent);
    return cotangent;
  };

  private accumulate(target: Tensor, gradient: Tensor, call?: Call, i?: number): void {
    if (!shapesEqual(gradient.shape, target.shape)) {
      throw new ShapeError(
        `vjp of ${call?.name}`,
        `the gradient of input ${i}`,
        formatShape(target.shape),
        formatShape(gradient.shape),
      );
    }
    const cotangent = gradient.dtype === target.dtype ? gradient : castLike(gradient, target);
    const before = this.cotangents.get(target);
    if (before === undefined) {
      this.cotangents.set(target, cotangent);
    } else if (this.sums.has(before)) {
      addInto(before.value, cotangent.value);
    } else {
      const sum = sumTwo(before, cotangent);
      if (this.twice === null) this.sums.add(sum);
      this.cotangents.set(target, sum);
    }
  }
}

// Accumulation is part of the pass, yet has to be differentiable itself: two calls that need no op by name.

const sumTwo = (a: Tensor, b: Tensor): Tensor =>
  record('accumulate', [a, b], addAlike(a.value, b.value), [(g) => g, (g) => g]);

const castLike = (a: Tensor, like: Tensor): Tensor =>
  record('cast', [a], cast(a.value, dtypeOf(like.value)), [(g) => castLike(g, a)]);
