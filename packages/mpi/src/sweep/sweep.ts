import { availableParallelism } from 'node:os';
import { DtypeError, ValueError } from '@retrograd/arrays';
import { gatherJson } from '../communicator.js';
import { findLauncher, localSize } from '../launcher.js';
import type { DistributedWorld } from '../world.js';
import { Journal } from './journal.js';
import type { Pruner, Report } from './prune.js';
import { RemoteSlots, serve } from './remote-slot.js';
import type { Ending, Slot } from './slot.js';
import { WorkerSlot } from './worker-slot.js';

export interface SweepOptions {
  /**
   * A module that exports how one job is run: `export async function run(job, { report, signal }) { … }`. It
   * is called in a worker thread, where `report(step, value)` tells how it goes and `signal` is aborted when
   * it is not worth going on.
   */
  module: string | URL;
  /**
   * Worker threads of this process (under mpirun, of each). Default: one a core, shared with the other
   * processes of the machine.
   */
  workers?: number;
  /**
   * A file that finished jobs are added to, and that those of an earlier sweep are taken from. Default: none.
   */
  journal?: string;
  /** Stops jobs that are not worth going on with. Default: none are. */
  prune?: Pruner;
  /** Default: the processes that the launcher started, or this one alone. */
  world?: DistributedWorld;
}

/** What a job came to. */
export interface SweepResult<Job, Result> extends Ending {
  readonly job: Job;
  /** Its place in the list. */
  readonly index: number;
  readonly result?: Result;
  /** Whether `prune` has stopped it; its result is what it had then. */
  readonly pruned: boolean;
  /** Whether it was done in an earlier sweep. */
  readonly known: boolean;
}

/**
 * Runs many small trainings at once, each in a worker thread with one thread of its own:
 *
 *     for await (const { job, result, error } of sweep(jobs, { module, workers: 2, journal: 'sweep.jsonl' })) { … }
 *
 * Under mpirun all processes call it with the same jobs: process 0 hands them out to the threads of all, and
 * it alone gets the results; for the others the iteration is empty. A job that fails is a result with an
 * error.
 * @param jobs fit for JSON, and so must results be
 * @returns the results in the order in which they come
 * @throws DtypeError, ValueError at once when an option is wrong
 */
export function sweep<Job, Result = unknown>(
  jobs: readonly Job[],
  options: SweepOptions,
): AsyncGenerator<SweepResult<Job, Result>, void, void> {
  if (!Array.isArray(jobs)) throw new DtypeError('sweep', 'jobs', 'a list', typeof jobs);
  const { module, workers = defaultWorkers() } = options;
  if (typeof module !== 'string' && !(module instanceof URL)) {
    throw new DtypeError('sweep', 'module', 'a URL or its text', typeof module);
  }
  if (!Number.isInteger(workers) || workers < 1) {
    throw new ValueError('sweep', 'workers', 'a positive integer', String(workers));
  }
  return run<Job, Result>(jobs, { ...options, workers, module: String(module) });
}

const defaultWorkers = (): number => Math.max(1, Math.floor(availableParallelism() / localSize()));

async function joined(): Promise<DistributedWorld | null> {
  // Without a launcher there is no need of MPI.
  return findLauncher() === null ? null : (await import('../distribute.js')).distribute();
}

async function* run<Job, Result>(
  jobs: readonly Job[],
  options: SweepOptions & { workers: number; module: string },
): AsyncGenerator<SweepResult<Job, Result>, void, void> {
  const { module, workers } = options;
  const world = options.world ?? (await joined());
  const counts = world === null ? [workers] : await gatherJson(world.communicator, workers);
  if (counts === null) {
    await serve((world as DistributedWorld).communicator, module, workers);
    return;
  }
  const own = Array.from({ length: workers }, () => new WorkerSlot(module));
  const remote = counts
    .slice(1)
    .map((count, i) => new RemoteSlots((world as DistributedWorld).communicator, i + 1, count));
  const listening = remote.map((each) => each.listen());
  try {
    const slots = [...own, ...remote.flatMap((each) => each.slots)];
    yield* runOn<Job, Result>(slots, jobs, options);
  } finally {
    await Promise.all([...own, ...remote].map((each) => each.close()));
    await Promise.all(listening);
  }
}

/** Hands out the jobs that are not known yet, and gives all results as they come. */
async function* runOn<Job, Result>(
  slots: readonly Slot[],
  jobs: readonly Job[],
  { journal: path, prune }: SweepOptions,
): AsyncGenerator<SweepResult<Job, Result>, void, void> {
  const journal = new Journal(path ?? null);
  const queue: number[] = [];
  for (const [index, job] of jobs.entries()) {
    const entry = journal.take(job);
    if (entry === null) queue.push(index);
    else yield { ...entry, job, index, known: true, result: entry.result as Result };
  }
  const reports: Report[] = [];
  const work = async (slot: Slot, index: number): Promise<[Slot, SweepResult<Job, Result>]> => {
    let pruned = false;
    const report = (step: number, value: number): void => {
      const told = { index, step, value };
      if (!pruned && prune?.(told, reports)) {
        pruned = true;
        slot.prune();
      }
      reports.push(told);
    };
    const ending = await slot.run({ job: jobs[index], report });
    journal.add({ job: jobs[index], ...ending, pruned });
    return [
      slot,
      { ...ending, result: ending.result as Result, job: jobs[index], index, pruned, known: false },
    ];
  };
  const running = new Map<Slot, Promise<[Slot, SweepResult<Job, Result>]>>();
  const begin = (slot: Slot): void => {
    const index = queue.shift();
    if (index !== undefined) running.set(slot, work(slot, index));
  };
  slots.forEach(begin);
  while (running.size > 0) {
    const [slot, result] = await Promise.race(running.values());
    running.delete(slot);
    begin(slot);
    yield result;
  }
}
