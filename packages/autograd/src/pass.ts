import {
  add,
  addInto,
  cast,
  copy,
  type Dtype,
  GraphError,
  type NdArray,
  ShapeError,
  zeros,
} from '@retrograd/arrays';
import { formatShape, shapesEqual } from '@retrograd/arrays/internal';
import { type Call, record, sumVersions } from './call.js';
import { withRecording } from './recording.js';
import { constant, type Tensor } from './tensor.js';

/**
 * @internal All calls newer than `oldest` that `roots` were computed from, newest first. An explicit stack: chains are
 * longer than the machine's.
 */
export function reachableCalls(roots: readonly Tensor[], oldest = -1): Call[] {
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
export class Pass {
  private readonly cotangents = new Map<Tensor, Tensor>();
  /** Cotangents whose array nothing else refers to: the only ones that may be added to in place, or handed out. */
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

  /** Starts with a cotangent of each y, and returns those of the wanted tensors; without an entry, they are zeros. */
  run(ys: readonly Tensor[], seeds: readonly Tensor[]): ReadonlyMap<Tensor, Tensor> {
    return withRecording(this.createGraph, () => {
      // Only needed tensors get a cotangent, so a call without one on its outputs is skipped.
      ys.forEach((y, i) => {
        if (this.isNeeded(y)) this.accumulate(y, seeds[i]);
      });
      for (const call of this.calls) {
        if (call.outputs.some((output) => this.cotangents.has(output))) this.pull(call);
      }
      return this.cotangents;
    });
  }

  /** The cotangent of a tensor as an array that belongs to the caller alone. */
  own(tensor: Tensor): NdArray {
    const cotangent = this.cotangents.get(tensor);
    if (cotangent === undefined) return zeros(tensor.shape, { dtype: tensor.dtype });
    return this.fresh.has(cotangent) ? cotangent.value : copy(cotangent.value);
  }

  private pull({ name, inputs, outputs, vjp, options, versions }: Call): void {
    if (sumVersions(inputs) !== versions) {
      const wanted = 'unchanged between forward and backward';
      const hint = 'run the forward again after an update';
      throw new GraphError(name, 'its inputs', wanted, 'one that was updated in place', hint);
    }
    const cotangents = outputs.map(this.take);
    const needs = inputs.map(this.isNeeded);
    if (options.vjpInto !== undefined) {
      for (let i = 0; i < inputs.length; i++) {
        const sum = needs[i] ? this.cotangents.get(inputs[i]) : undefined;
        if (sum && this.fresh.has(sum) && options.vjpInto(i, cotangents, sum.value)) needs[i] = false;
      }
    }
    const gradients = vjp(cotangents, needs, this.createGraph);
    for (let i = 0; i < inputs.length; i++) {
      const gradient = gradients[i];
      if (!gradient || !needs[i]) continue;
      if (!shapesEqual(gradient.shape, inputs[i].shape)) {
        const [wanted, actual] = [formatShape(inputs[i].shape), formatShape(gradient.shape)];
        throw new ShapeError(`vjp of ${name}`, `the gradient of input ${i}`, wanted, actual);
      }
      if (options.fresh && !this.createGraph) this.fresh.add(gradient);
      this.accumulate(inputs[i], gradient);
    }
  }

  /** The finished cotangent of an output (zeros when nothing used it); forgotten unless it is wanted at the end. */
  private readonly take = (output: Tensor): Tensor => {
    const cotangent = this.cotangents.get(output);
    if (cotangent === undefined) return constant(zeros(output.shape, { dtype: output.dtype }));
    if (!this.wanted.has(output)) this.cotangents.delete(output);
    this.fresh.delete(cotangent);
    return cotangent;
  };

  private accumulate(target: Tensor, gradient: Tensor): void {
    const term = castTo(gradient, target.dtype);
    const sum = this.cotangents.get(target);
    if (sum !== undefined && this.fresh.has(sum)) {
      addInto(sum.value, term.value);
      return;
    }
    const next = sum === undefined ? term : accumulated(sum, term);
    if (sum !== undefined && !this.createGraph) this.fresh.add(next);
    this.cotangents.set(target, next);
  }
}

// Accumulation is part of the pass, yet has to be differentiable itself: two calls that need no op by name.

const accumulated = (a: Tensor, b: Tensor): Tensor =>
  record('accumulate', [a, b], add(a.value, b.value), [(g) => g, (g) => g]);

function castTo(a: Tensor, dtype: Dtype): Tensor {
  if (a.dtype === dtype) return a;
  return record('cast', [a], cast(a.value, dtype), [(g) => castTo(g, a.dtype)]);
}
