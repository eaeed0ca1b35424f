import type { Module, SharedGradients, SharedStep, SharedTraining, TrainingState } from '@retrograd/nn';
import type { Communicator } from './communicator.js';
import { GroupError } from './errors.js';
import { Extras, FAILED, LEAVES } from './extras.js';
import { checkReplicas } from './guard.js';
import type { Reducer } from './reducer.js';
import { checkKernels, type Settings } from './settings.js';
import type { Shares } from './shard.js';
import { broadcastStart, compareFacts, factsOf } from './start.js';
import { withStream } from './streams.js';
import { TreeReducer } from './tree-reducer.js';
import { WeightedReducer } from './weighted-reducer.js';

/** One training of a group, from `start` to `end`. */
export class SharedRun {
  readonly model: Module;
  private readonly reducer: Reducer;
  private readonly extras: Extras;
  private generators: TrainingState['generators'];
  /** Steps done. */
  private done: number;
  /** Whether all processes know that this training is over. */
  private over: 'left' | 'failed' | null = null;

  constructor(
    private readonly communicator: Communicator,
    private readonly settings: Settings,
    { own: [first] }: Shares,
    private readonly training: SharedTraining,
  ) {
    const { model, optimizer, state } = training;
    const { parameters } = optimizer;
    this.model = model;
    this.done = state.step;
    this.generators = state.generators;
    this.extras = new Extras(communicator.rank, communicator.size, parameters.length);
    const runPart = <T>(part: number, run: () => T): T =>
      withStream(model, this.generators, this.done, part, run);
    this.reducer =
      settings.bits === 'tree'
        ? new TreeReducer(communicator, parameters, this.extras, first, runPart)
        : new WeightedReducer(communicator, parameters, this.extras, (run) =>
            runPart(communicator.rank, run),
          );
  }

  /** Whether one process does what `fit` does without a world, to the last bit. */
  private get alone(): boolean {
    return this.communicator.size === 1 && this.settings.bits !== 'tree';
  }

  async start(): Promise<TrainingState> {
    const { communicator, settings, training } = this;
    const { model, optimizer, state } = training;
    await checkKernels(communicator, settings);
    const { bits, shards, guardEvery, save = null } = settings;
    await compareFacts(communicator, {
      ...factsOf(training),
      ...textsOf({ bits, shards, guardEvery, save }),
    });
    const parameters = [...new Set([...model.parameters(), ...optimizer.parameters])];
    const start = await broadcastStart(communicator, parameters, state);
    this.generators = start.generators;
    return start;
  }

  /** @returns null when another process leaves the training */
  async step(work: SharedStep): Promise<SharedGradients | null> {
    const { communicator, settings, training, extras, reducer } = this;
    const { batch, state, step, compute } = work;
    if (this.alone) return { ...compute(batch, state), count: batch.count };
    if (step > 0 && step % settings.guardEvery === 0) {
      await checkReplicas(communicator, training.optimizer.parameters, step);
    }
    extras.begin(step);
    let failure: { readonly error: unknown } | null = null;
    let after: SharedGradients['state'] = [];
    try {
      after = reducer.compute(work);
    } catch (error) {
      failure = { error };
      this.withdraw(FAILED);
    }
    await reducer.finish();
    if (failure !== null) {
      this.over = 'failed';
      throw failure.error;
    }
    if (this.isOver(step)) return null;
    this.done = step + 1;
    settings.onStep(this.done);
    return { loss: extras.loss, count: extras.count, state: after };
  }

  /** @returns whether the training was left before its end */
  async end(complete: boolean): Promise<boolean> {
    if (this.over === null && !complete && !this.alone) {
      this.over = 'left';
      this.withdraw(LEAVES);
      await this.reducer.finish();
      this.isOver(this.done);
    }
    return this.over === 'left' || (this.alone && !complete);
  }

  /** Takes part in this step with a wish and nothing else. */
  private withdraw(wish: number): void {
    this.extras.begin(this.done);
    this.extras.wish(wish);
    this.reducer.abandon();
  }

  /** Reads what the others wish. @throws GroupError when one of them has failed, or does something else */
  private isOver(step: number): boolean {
    const { extras } = this;
    const failed = extras.withWish(FAILED);
    const left = extras.withWish(LEAVES).length > 0;
    if (left) this.over = 'left';
    if (failed.length > 0) {
      this.over = 'failed';
      const actual = `a failure of rank ${failed.join(', ')} in step ${step + 1}`;
      throw new GroupError('fit', 'training', 'successful on every rank', actual, 'its own message says why');
    }
    if (!extras.isStep(step)) {
      this.over = 'failed';
      throw new GroupError('fit', 'step', `${step + 1} on every rank`, 'another one on some rank');
    }
    return left;
  }
}

const textsOf = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));
