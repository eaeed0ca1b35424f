import type { Tensor } from '@retrograd/autograd';
import type { Dtype, FloatData } from '@retrograd/kernels';
import type { ModelState, SharedStep } from '@retrograd/nn';
import type { Communicator } from './communicator.js';
import type { Extras } from './extras.js';
import { packGradient, unpackGradient } from './gradients.js';
import { type Bucket, Layout } from './layout.js';
import type { Reducer } from './reducer.js';

/**
 * The mean over processes, each weighted by how many answers its part of the batch has:
 *
 *     g = Σ_r count_r g_r / Σ_r count_r
 *
 * The gradient of one process on the whole batch, then, also where parts are uneven or masked. (PyTorch's
 * DistributedDataParallel takes the plain mean, which is that of equal parts.)
 *
 * Gradients travel in buckets, which all processes send in the same order, each as soon as it is full.
 */
export class WeightedReducer implements Reducer {
  private readonly layout: Layout;
  private readonly buffers: Readonly<Record<Dtype, FloatData>>;
  private readonly buckets: readonly Bucket[];
  private readonly places: ReadonlyMap<Tensor, number>;
  private packed = new Set<number>();
  private sent: Promise<void>[] = [];
  private weight = 0;

  constructor(
    private readonly communicator: Communicator,
    private readonly parameters: readonly Tensor[],
    private readonly extras: Extras,
    private readonly run: <T>(compute: () => T) => T,
  ) {
    this.layout = new Layout(parameters);
    this.buffers = this.layout.allocate();
    this.buckets = this.layout.buckets(this.buffers);
    this.places = new Map(parameters.map((parameter, i) => [parameter, i]));
  }

  compute({ batch, state, compute }: SharedStep): ModelState {
    const { count } = batch;
    this.weight = count;
    const send = (parameter: Tensor): void => {
      const i = this.places.get(parameter);
      if (i !== undefined) this.ready(i);
      this.communicator.progress();
    };
    const done = this.run(() => compute(batch, state, send));
    this.extras.add(done.loss, count);
    this.parameters.forEach(({ grad }, i) => {
      if (grad !== null) this.extras.flag(i);
    });
    return done.state;
  }

  abandon(): void {
    this.weight = 0;
  }

  async finish(): Promise<void> {
    const { parameters, extras } = this;
    for (let i = parameters.length - 1; i >= 0; i--) this.ready(i);
    const sent = [...this.sent, this.communicator.allReduce([extras.numbers])];
    this.sent = [];
    this.packed = new Set();
    await Promise.all(sent);
    // A batch without answers has zero gradients.
    const weight = extras.count || 1;
    parameters.forEach((parameter, i) => {
      if (extras.isFlagged(i)) unpackGradient(this.buffers, this.layout.places[i], parameter, weight);
    });
  }

  /** Packs the final gradient of parameter i, and sends the buckets that are full and next. */
  private ready(i: number): void {
    if (this.packed.has(i)) return;
    this.packed.add(i);
    packGradient(this.buffers, this.layout.places[i], this.parameters[i].grad, this.weight);
    for (let next = this.buckets[this.sent.length]; next; next = this.buckets[this.sent.length]) {
      if (!next.parameters.every((parameter) => this.packed.has(parameter))) return;
      this.sent.push(this.communicator.allReduce([next.numbers]));
    }
  }
}
