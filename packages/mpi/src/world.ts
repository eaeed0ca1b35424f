import { StateError } from '@retrograd/arrays';
import {
  type BatchSource,
  loadModel,
  type Saveable,
  type SaveOptions,
  type SharedEnd,
  type SharedGradients,
  type SharedStep,
  type SharedTraining,
  saveModel,
  type TrainingState,
  type World,
} from '@retrograd/nn';
import { broadcastAny, broadcastJson, type Communicator } from './communicator.js';
import { GroupError } from './errors.js';
import { gatherState, readIfThere, sliceState, writeTogether } from './files.js';
import { checkReplicas } from './guard.js';
import { localRank } from './launcher.js';
import type { Settings } from './settings.js';
import { shardSource } from './shard.js';
import { SharedRun } from './shared-run.js';

/** What `world.save` takes besides the model and where its training is. */
export type WorldSaveOptions = Omit<SaveOptions, 'training'>;

/**
 * The processes of a run, for `fit`'s and `evaluate`'s `world`. Except for the fields and `shard`, everything
 * has to be called by all of them, in the same order.
 */
export class DistributedWorld implements World {
  readonly rank: number;
  readonly size: number;
  /** The place of this process among those of its machine, from 0. */
  readonly local = localRank();
  private readonly stopping = new AbortController();
  private run: SharedRun | null = null;

  constructor(
    readonly communicator: Communicator,
    private readonly settings: Settings,
  ) {
    this.rank = communicator.rank;
    this.size = communicator.size;
  }

  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** Whether a training has begun and not ended. */
  get training(): boolean {
    return this.run !== null;
  }

  /** Has all processes leave the training after the step under way. One of them may call it alone. */
  stop(): void {
    this.stopping.abort();
  }

  /**
   * The rows of this process of every batch: rank · B / size and so on. The order stays that of the source.
   */
  shard(source: BatchSource): BatchSource {
    return shardSource(source, this.shares);
  }

  async start(training: SharedTraining): Promise<TrainingState> {
    if (this.run !== null)
      throw new StateError('fit', 'world', 'in one training at a time', 'one in another');
    const run = new SharedRun(this.communicator, this.settings, this.shares, training);
    const start = await run.start();
    this.run = run;
    return start;
  }

  step(work: SharedStep): Promise<SharedGradients | null> {
    if (this.run === null) throw new StateError('step', 'world', 'in a training', 'one before start');
    return this.run.step(work);
  }

  async end(end: SharedEnd): Promise<void> {
    const { run } = this;
    const { save } = this.settings;
    if (run === null) return;
    try {
      const left = await run.end(end.complete);
      if (left && save !== undefined) await this.save(save, run.model as Saveable, end.state());
    } finally {
      this.run = null;
    }
  }

  async sum(values: readonly number[]): Promise<number[]> {
    const numbers = Float64Array.from(values);
    await this.communicator.allReduce([numbers]);
    return [...numbers];
  }

  /**
   * Has process 0 write the model and its training to a file, as `saveModel` does: with the hidden state of
   * all rows, so that any number of processes can go on with it.
   * @throws StateError when the processes have different parameters, GroupError when the file cannot be
   *   written; on all processes
   */
  async save(
    path: string,
    model: Saveable,
    state: TrainingState,
    options: WorldSaveOptions = {},
  ): Promise<void> {
    await checkReplicas(this.communicator, model.parameters(), state.step);
    const training = await this.gatherState(state);
    const bytes = training && saveModel(model, { ...options, training });
    await writeTogether(this.communicator, path, bytes);
  }

  /**
   * Reads what `save` has written, on process 0, and gives all of them the weights and where to go on.
   * @returns options for `fit`; none when there is no such file
   * @throws on all processes, when the file cannot be read or is not of this model
   */
  async resume(path: string, model: Saveable): Promise<{ resume?: TrainingState }> {
    let bytes: Uint8Array | null = null;
    let problem: string | null = null;
    try {
      if (this.rank === 0) bytes = readIfThere(path);
    } catch (error) {
      problem = (error as Error).message;
    }
    const found = await broadcastJson(this.communicator, { there: bytes !== null, problem });
    if (found.problem !== null)
      throw new GroupError('resume', 'path', 'a file that rank 0 can read', found.problem);
    if (!found.there) return {};
    const { training } = loadModel(await broadcastAny(this.communicator, bytes), () => model);
    return training === null ? {} : { resume: this.sliceState(training) };
  }

  /** Where the training of all rows is, on process 0; null on the others. */
  gatherState(state: TrainingState): Promise<TrainingState | null> {
    return gatherState(this.communicator, state);
  }

  /** Where the training of this process's rows is, out of that of all rows. */
  sliceState(state: TrainingState): TrainingState {
    return sliceState(this.communicator, state);
  }

  private get shares() {
    const { rank, size } = this;
    const { bits, shards } = this.settings;
    const parts = bits === 'tree' ? shards : size;
    return { parts, own: [(rank * parts) / size, ((rank + 1) * parts) / size] as const };
  }
}
