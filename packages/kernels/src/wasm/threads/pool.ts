import { ThreadError } from '../../errors.js';
import type { Span } from '../free-list.js';
import { SPIN_MS, Word } from './control.js';
import { ControlBlock } from './control-block.js';
import type { Job } from './job.js';
import { type RunningWorker, startWorker } from './start-worker.js';
import type { ThreadedSet } from './threaded-set.js';

/** The caller gives a thread up after this long, plus a hundred times what its piece should take. */
const PATIENCE_MS = 10_000;
/** How long a worker may take to load native code. */
const LOADING_MS = 10_000;
/**
 * Nanoseconds of work that the caller does alone before it wakes sleeping workers: what waking them costs it.
 */
const WORTH_WAKING = 50_000;

/**
 * A thread pool over one WebAssembly memory. The job is in the control block. The caller and the workers take
 * its pieces one by one until none is left; then the caller waits for the pieces that workers took. So a
 * worker that is late, asleep or dead leaves its pieces to the caller. Which thread computes a piece makes no
 * difference to the result.
 *
 *     caller    write the job · open = n · take, perform, take, … · wait for done = n
 *     worker    see open > 0 · take · read the job · perform · done + 1 · see open > 0 …
 *
 * The next job is not written before all pieces that were taken are done, so a thread reads the job that its
 * piece belongs to.
 */
export class Pool {
  ended = false;
  private readonly control = new ControlBlock();
  private readonly words = this.control.words;
  private readonly maySleep = maySleep(this.words);
  private readonly workers: RunningWorker[] = [];
  private waiting = 0;
  private readonly spans: Span[] = [];

  /** Starts the workers, which join in when they are up. */
  constructor(
    private readonly set: ThreadedSet,
    workers: number,
  ) {
    const { memory, workBytes, overrides } = set;
    try {
      for (let i = 0; i < workers; i++) this.spans.push(memory.takeBytesWithoutEviction(workBytes));
    } catch {
      // There is no room for all work areas: fewer workers then.
    }
    const inWorkers = overrides && { source: overrides.source, setting: overrides.setting };
    for (const { at } of this.spans) {
      const setting = { memory: memory.memory, control: this.control.buffer, work: at, overrides: inWorkers };
      const worker = startWorker(setting, () => this.lose());
      if (worker !== null) this.workers.push(worker);
    }
    if (inWorkers !== null) this.awaitLoading();
  }

  /**
   * Ending a thread while it loads native code ends the whole process. So wait until all are loaded.
   */
  private awaitLoading(): void {
    const { words } = this;
    for (;;) {
      const loaded = Atomics.load(words, Word.loaded);
      if (loaded >= this.workers.length) return;
      if (Atomics.wait(words, Word.loaded, loaded, LOADING_MS) === 'timed-out') return;
    }
  }

  /** Threads that take part: the caller and the workers that are up. */
  get threads(): number {
    return 1 + Atomics.load(this.words, Word.ready);
  }

  /** Whether a job of this cost should be split now. Sleeping workers are only woken for enough work. */
  wants(cost: number): boolean {
    const ready = Atomics.load(this.words, Word.ready);
    if (ready === 0) return false;
    if (Atomics.load(this.words, Word.asleep) < ready) return true;
    this.waiting += cost;
    if (this.waiting < WORTH_WAKING) return false;
    this.waiting = 0;
    return true;
  }

  /**
   * Performs a job.
   * @throws ThreadError when a piece fails in a worker, or a worker does not finish; the pool has ended then
   */
  run(job: Job): void {
    const { words } = this;
    const pieces = Math.ceil(job.total / job.share);
    if (pieces < 2 || !this.control.write(job)) {
      for (let piece = 0; piece < pieces; piece++) this.perform(job, piece);
      return;
    }
    words[Word.done] = 0;
    Atomics.store(words, Word.open, pieces);
    if (Atomics.load(words, Word.asleep) > 0) Atomics.notify(words, Word.open);
    let own = 0;
    let open = pieces;
    try {
      for (; open > 0; open = Atomics.load(words, Word.open)) {
        if (Atomics.compareExchange(words, Word.open, open, open - 1) !== open) continue;
        own++;
        this.perform(job, open - 1);
      }
    } finally {
      // After a failure here the open pieces stay undone, but those that workers took must still come to
      // their end.
      const undone = Atomics.exchange(words, Word.open, 0);
      this.settle(pieces - undone - own, job.cost / pieces);
      this.checkFailure();
    }
  }

  /** Ends the workers, and gives back their work areas. */
  end(): void {
    if (this.ended) return;
    this.stop();
    for (const span of this.spans) this.set.memory.giveBytes(span);
  }

  private stop(): void {
    this.ended = true;
    for (const worker of this.workers) worker.end();
  }

  /**
   * A worker has ended by itself. If none ever came up, a new pool would not work either: the caller goes on
   * alone.
   */
  private lose(): void {
    if (Atomics.load(this.words, Word.ready) > 0) this.end();
  }

  /** One piece, as in the worker. */
  private perform({ routine, share, total, values, steps, countAt, workAt }: Job, piece: number): void {
    const args = values.map((value, i) => value + piece * steps[i]);
    args[countAt] = Math.min(share, total - piece * share);
    if (workAt >= 0) args[workAt] = this.set.work;
    routine.call(...args);
  }

  /**
   * Waits until workers have finished this many pieces: awake at first, then asleep where that is allowed.
   */
  private settle(pieces: number, cost: number): void {
    const { words } = this;
    const patience = PATIENCE_MS + cost / 1e4;
    let waited = 0;
    let last = 0;
    for (let spins = 1; Atomics.load(words, Word.done) < pieces; spins++) {
      if (spins % 256 !== 0) continue;
      const now = performance.now();
      // The clock leaps when the whole process was stopped.
      if (last !== 0) waited += Math.min(now - last, 100);
      last = now;
      if (waited > patience) this.abandon(`none within ${Math.round(waited / 1000)} s`);
      if (waited > SPIN_MS && this.maySleep) this.nap(pieces);
    }
  }

  /** Sleeps until a piece is done, at most 50 ms. */
  private nap(pieces: number): void {
    const { words } = this;
    Atomics.store(words, Word.callerAsleep, 1);
    const done = Atomics.load(words, Word.done);
    if (done < pieces) Atomics.wait(words, Word.done, done, 50);
    Atomics.store(words, Word.callerAsleep, 0);
  }

  private checkFailure(): void {
    const message = this.control.failure();
    if (message === null) return;
    this.end();
    throw failed(message);
  }

  /** A worker may still write to its work area, so that is not given back. */
  private abandon(actual: string): never {
    this.stop();
    throw failed(actual);
  }
}

const failed = (actual: string): ThreadError =>
  new ThreadError(
    'kernels',
    'the answer of a thread',
    'a finished share',
    actual,
    'all threads were ended, and the next call starts new ones',
  );

/** Whether this thread may sleep. A page's main thread may not. */
function maySleep(words: Int32Array): boolean {
  try {
    return Atomics.wait(words, Word.open, 1, 0) === 'not-equal';
  } catch {
    return false;
  }
}
