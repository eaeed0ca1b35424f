import { availableParallelism, cpus, hostname } from 'node:os';
import { ValueError } from '@retrograd/arrays';
import { broadcastJson, type Communicator, gatherJson } from './communicator.js';
import { LibraryError } from './errors.js';
import { endTogether, stopOnSignal } from './exit.js';
import { findLauncher, type Launcher, localSize } from './launcher.js';
import { findLibrary } from './library.js';
import { type Log, logToStderr } from './log.js';
import { Mpi } from './mpi.js';
import { MpiCommunicator } from './mpi-communicator.js';
import { Presence } from './presence.js';
import { Requests } from './requests.js';
import { checkShards, type Settings } from './settings.js';
import { SingleCommunicator } from './single.js';
import { Watchdog } from './watchdog.js';
import { DistributedWorld } from './world.js';

export interface DistributeOptions {
  /**
   * 'any': a part of a batch a process, the fastest. 'tree': the same bits for 1, 2, 4, … processes up to
   * `shards`, for smaller products and more to send. Default 'any'.
   */
  bits?: 'any' | 'tree';
  /** Parts that a batch is cut in for bits: 'tree', a power of two. Default 8. */
  shards?: number;
  /** Seconds after which an operation that not all have joined ends all processes. Default 300. */
  timeout?: number;
  /** Seconds after which a line says whom it waits for. Default 20. */
  warnAfter?: number;
  /** Seconds that a process may take to end on SIGTERM. Default 8. */
  grace?: number;
  /** Steps between two comparisons of all parameters. Default 500. */
  guardEvery?: number;
  /**
   * A file to keep the training in when it is left before its end: on SIGTERM, by `break`, by a signal.
   * Default: none.
   */
  save?: string;
  /** Takes lines about the run. Default: to stderr. */
  log?: Log;
  /** Instead of MPI. */
  communicator?: Communicator;
}

let running: Promise<DistributedWorld> | null = null;

/**
 * Joins the processes that a launcher (`mpirun`, `retrograd-mpi`, Slurm) has started; a process that was
 * started alone is a world of one. MPI can be joined once in a process: later calls return the first one's
 * world.
 * @throws LibraryError when there is no MPI library, none that can be used, or one that is not the launcher's
 * @throws ValueError when an option is wrong, or the number of processes does not go with bits: 'tree'
 */
export function distribute(options: DistributeOptions = {}): Promise<DistributedWorld> {
  if (options.communicator !== undefined) return join(options.communicator, options, () => {});
  running ??= joinLauncher(options);
  return running;
}

async function join(
  communicator: Communicator,
  options: DistributeOptions,
  onStep: Settings['onStep'],
): Promise<DistributedWorld> {
  const { bits = 'any', shards = 8, guardEvery = 500, save, log = logToStderr } = options;
  if (bits !== 'any' && bits !== 'tree')
    throw new ValueError('distribute', 'bits', "'any' or 'tree'", String(bits));
  checkPositive('guardEvery', guardEvery);
  checkShards(bits, shards, communicator.size);
  return new DistributedWorld(communicator, { bits, shards, guardEvery, save, log, onStep });
}

async function joinLauncher(options: DistributeOptions): Promise<DistributedWorld> {
  const { timeout = 300, warnAfter = 20, grace = 8, log = logToStderr } = options;
  for (const [name, value] of Object.entries({ timeout, warnAfter, grace })) checkPositive(name, value);
  const launcher = findLauncher();
  if (launcher === null) {
    const alone = await join(new SingleCommunicator(), options, () => {});
    stopOnSignal(() => alone.stop(), null, log, 1000 * grace);
    return alone;
  }
  const mpi = new Mpi(findLibrary(launcher.family));
  checkFamily(mpi, launcher);
  const { rank, size } = mpi;
  const presence = Presence.open(rank, size);
  const limits = { timeout: 1000 * timeout, warnAfter: 1000 * warnAfter, log };
  const watchdog = new Watchdog(rank, presence, limits, (code) => communicator.abort(code));
  const requests = new Requests(mpi, watchdog, presence, localSize() > availableParallelism());
  const communicator = new MpiCommunicator(mpi, requests, limits.timeout);
  const world = await join(communicator, options, (done) => {
    if (presence !== null) presence.step = done;
  });
  endTogether({ communicator, presence, log, pending: () => requests.count, training: () => world.training });
  stopOnSignal(() => world.stop(), presence, log, 1000 * grace);
  watchdog.hosts = await broadcastJson(communicator, await gatherJson(communicator, hostname()));
  if (rank === 0) warnOfBinding(log);
  return world;
}

function checkFamily({ size, library }: Mpi, launcher: Launcher): void {
  if (size === launcher.size) return;
  const { family } = library.handles;
  const expectation = `of the launcher's family (${launcher.family}), which started ${launcher.size} processes`;
  const actual = `${library.file} of ${family}, which sees ${size}`;
  throw new LibraryError(
    'distribute',
    'library',
    expectation,
    actual,
    'start with the launcher of the library',
  );
}

/**
 * Open MPI binds each of two processes to one core unless it is told otherwise, and all their threads with
 * them.
 */
function warnOfBinding(log: Log): void {
  const [mine, all] = [availableParallelism(), cpus().length];
  if (mine < all)
    log(`a process may use ${mine} of ${all} cores; start with --bind-to none, if the launcher did this`);
}

function checkPositive(name: string, value: number): void {
  if (!(value > 0)) throw new ValueError('distribute', name, 'a number > 0', String(value));
}
