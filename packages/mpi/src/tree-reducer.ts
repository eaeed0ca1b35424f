import { ValueError } from '@retrograd/arrays';
import type { Tensor } from '@retrograd/autograd';
import type { Dtype, FloatData } from '@retrograd/kernels';
import type { Batch, ModelState, SharedStep } from '@retrograd/nn';
import type { Communicator } from './communicator.js';
import type { Extras } from './extras.js';
import { packGradient, unpackGradient } from './gradients.js';
import { Layout } from './layout.js';
import type { Reducer } from './reducer.js';
import { joinStates, takeStateRows } from './rows.js';
import { partsOfBatch } from './shard.js';

/**
 * The gradients of a part or of several, weighted, with their count, loss · count, and which of them there
 * are.
 */
interface Sum extends Readonly<Record<Dtype, FloatData>> {
  readonly facts: Float64Array;
}

/** Runs a part of a batch with random numbers of its own. */
export type RunPart = <T>(part: number, run: () => T) => T;

/**
 * The same bits for 1, 2, 4, … processes. A batch is always cut in the same number of parts, whose gradients
 * are computed alone and added up in one fixed tree, neighbours first; each process has a subtree, and pairs
 * of processes add the upper levels:
 *
 *     parts      0   1   2   3   4   5   6   7
 *                 \ /     \ /     \ /     \ /
 *     process 0    +───────+       +───────+    process 1 (of 2)
 *                      └───────────────┘
 *
 * Floating-point addition is commutative, so both of a pair get the same sum, whichever of them is on the left.
 */
export class TreeReducer implements Reducer {
  private readonly layout: Layout;
  private readonly spare: Sum[] = [];
  /** Sums of 1, 2, 4, … parts that wait for their neighbour, the largest first. */
  private waiting: { readonly parts: number; readonly sum: Sum }[] = [];

  /** @param first the first part of this process */
  constructor(
    private readonly communicator: Communicator,
    private readonly parameters: readonly Tensor[],
    private readonly extras: Extras,
    private readonly first: number,
    private readonly runPart: RunPart,
  ) {
    this.layout = new Layout(parameters);
  }

  compute({ batch, state, compute }: SharedStep): ModelState {
    const parts = partsOfBatch(batch);
    if (parts === undefined) {
      throw new ValueError('fit', 'data', "made by world.shard, for bits: 'tree'", 'another source');
    }
    this.abandon();
    let from = 0;
    const states = parts.map((part, i) => {
      const to = from + part.x.shape[0];
      const own = state && takeStateRows(state, [from, to]);
      from = to;
      const done = this.runPart(this.first + i, () => compute(part, own));
      this.add(1, this.pack(part, done.loss));
      return done.state;
    });
    return joinStates(states);
  }

  abandon(): void {
    for (const { sum } of this.waiting) this.spare.push(sum);
    this.waiting = [];
  }

  async finish(): Promise<void> {
    const { rank, size } = this.communicator;
    const mine = this.waiting.pop()?.sum ?? this.zeros();
    this.abandon();
    const theirs = this.take();
    for (let distance = 1; distance < size; distance *= 2) {
      for (const name of ['float32', 'float64', 'facts'] as const) {
        await this.communicator.exchange(mine[name], theirs[name], rank ^ distance);
      }
      addTo(mine, theirs);
    }
    this.spare.push(mine, theirs);
    await this.communicator.allReduce([this.extras.numbers]);
    const [count, loss, ...flags] = mine.facts;
    this.extras.set(loss, count);
    this.parameters.forEach((parameter, i) => {
      if (flags[i] > 0) unpackGradient(mine, this.layout.places[i], parameter, count || 1);
    });
  }

  private pack({ count }: Batch, loss: number): Sum {
    const sum = this.take();
    this.parameters.forEach(({ grad }, i) => {
      packGradient(sum, this.layout.places[i], grad, count);
      sum.facts[2 + i] = grad === null ? 0 : 1;
    });
    sum.facts[0] = count;
    sum.facts[1] = count > 0 ? loss * count : 0;
    return sum;
  }

  /** Puts a sum beside those that wait; two of the same number of parts become one. */
  private add(parts: number, sum: Sum): void {
    const before = this.waiting.at(-1);
    if (before?.parts !== parts) {
      this.waiting.push({ parts, sum });
      return;
    }
    this.waiting.pop();
    addTo(before.sum, sum);
    this.spare.push(sum);
    this.add(2 * parts, before.sum);
  }

  private take(): Sum {
    const facts = new Float64Array(new ArrayBuffer(8 * (2 + this.parameters.length)));
    return this.spare.pop() ?? { ...this.layout.allocate(), facts };
  }

  private zeros(): Sum {
    const sum = this.take();
    for (const numbers of [sum.float32, sum.float64, sum.facts]) numbers.fill(0);
    return sum;
  }
}

function addTo(left: Sum, right: Sum): void {
  for (const name of ['float32', 'float64', 'facts'] as const) {
    const [a, b] = [left[name], right[name]];
    for (let i = 0; i < a.length; i++) a[i] += b[i];
  }
}
