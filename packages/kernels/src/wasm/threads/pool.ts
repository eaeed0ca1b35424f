import { ThreadError } from '../../errors.js';
import type { ImportOverrides } from '../linker.js';
import type { Span, WasmMemory } from '../memory.js';
import { CONTROL_BYTES, MODULES_AT, SPIN_MS, Word } from './control.js';
import type { Job } from './job.js';
import { type RunningWorker, startWorker } from './start-worker.js';

/** A thread that has not finished a piece for this long, and a hundred times as long as the piece should take, is lost. */
const PATIENCE_MS = 10_000;
/** How long a worker may take to load native code. */
const LOADING_MS = 10_000;
/** Cost of the jobs that are done alone before sleeping workers are woken, in nanoseconds: what waking them costs the caller. */
const WORTH_WAKING = 50_000;

/**
 * Workers over one WebAssembly memory. A job lies open in the control block; the caller and the workers take its pieces one by
 * one until none is left, and the caller waits for those that others took. So a worker that is late, asleep or dead leaves
 * its pieces to the caller. Which thread computes a piece makes no difference to the result.
 *
 *     caller    write the job · open = n · take, perform, take, … · wait for done = n
 *     worker    see open > 0 · take · read the job · perform · done + 1 · see open > 0 …
 *
 * The job is not rewritten before all pieces taken are done, so whoever has taken a piece reads the job it belongs to.
 */
export class Pool {
  ended = false;
  private readonly words: Int32Array;
  private readonly maySleep: boolean;
  private readonly workers: RunningWorker[] = [];
  private readonly modules = new Map<Uint8Array, { at: number; bytes: number } | null>();
  private modulesEnd = MODULES_AT;
  private waiting = 0;
  private readonly spans: Span[] = [];

  /**
   * Starts the workers, which join in when they are up.
   * @param workBytes of a thread's own work area
   * @param work      the caller's work area
   * @param overrides what routines that are overridden call instead of the core's functions
   */
  constructor(
    private readonly memory: WasmMemory,
    workers: number,
    workBytes: number,
    private readonly work: number,
    overrides: ImportOverrides | null,
  ) {
    const control = new SharedArrayBuffer(CONTROL_BYTES);
    this.words = new Int32Array(control);
    this.maySleep = maySleep(this.words);
    try {
      for (let i = 0; i < workers; i++) this.spans.push(memory.takeBytesBesides(workBytes));
    } catch {
      // No room for all: with as many as there is room for.
    }
    const inWorkers = overrides && { source: overrides.source, setting: overrides.setting };
    for (const { at } of this.spans) {
      const setting = { memory: memory.memory, control, work: at, overrides: inWorkers };
      const worker = startWorker(setting, () => this.lose());
      if (worker !== null) this.workers.push(worker);
    }
    if (inWorkers !== null) this.awaitLoading();
  }

  /**
   * A thread that is ended while it loads native code takes the whole process with it: neither `end` nor the end of the process may
   * come before.
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

  /** Whether a job of this cost should be split now. Workers that sleep are woken for enough work only. */
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
    if (pieces < 2 || !this.describe(job)) {
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
      // After a failure here, what nobody has taken stays undone; what others have taken must still come to its end.
      const undone = Atomics.exchange(words, Word.open, 0);
      this.settle(pieces - undone - own, job.cost / pieces);
      this.checkFailure();
    }
  }

  /** Ends the workers, and gives back their work areas. */
  end(): void {
    if (this.ended) return;
    this.stop();
    for (const span of this.spans) this.memory.giveBytes(span);
  }

  private stop(): void {
    this.ended = true;
    for (const worker of this.workers) worker.end();
  }

  /** A worker has ended by itself. If it never came up, others would not either: the caller goes on without. */
  private lose(): void {
    if (Atomics.load(this.words, Word.ready) > 0) this.end();
  }

  /** Writes the job into the control block. @returns false when there is no room for its module */
  private describe({ routine, share, total, values, steps, countAt, workAt }: Job): boolean {
    const core = this.place(routine.core);
    const module = this.place(routine.module);
    if (core === null || module === null) return false;
    const { words } = this;
    words[Word.coreBytes] = core.bytes;
    words[Word.module] = module.at;
    words[Word.moduleBytes] = module.bytes;
    words[Word.export] = routine.index;
    words[Word.overridden] = Number(routine.overridden);
    words[Word.share] = share;
    words[Word.total] = total;
    words[Word.countAt] = countAt;
    words[Word.workAt] = workAt;
    words[Word.arguments] = values.length;
    for (let i = 0; i < values.length; i++) {
      words[Word.values + i] = values[i];
      words[Word.steps + i] = steps[i];
    }
    return true;
  }

  /** Where a module lies in the control block, from its first use on. */
  private place(module: Uint8Array): { at: number; bytes: number } | null {
    let place = this.modules.get(module);
    if (place === undefined) {
      const bytes = module.length;
      const at = this.modulesEnd;
      place = at + bytes <= CONTROL_BYTES ? { at, bytes } : null;
      if (place !== null) {
        new Uint8Array(this.words.buffer, at).set(module);
        this.modulesEnd += bytes;
      }
      this.modules.set(module, place);
    }
    return place;
  }

  /** One piece, as in the worker. */
  private perform({ routine, share, total, values, steps, countAt, workAt }: Job, piece: number): void {
    const args = values.map((value, i) => value + piece * steps[i]);
    args[countAt] = Math.min(share, total - piece * share);
    if (workAt >= 0) args[workAt] = this.work;
    routine.call(...args);
  }

  /** Waits until others have finished this many pieces: awake at first, then asleep where that is allowed. */
  private settle(pieces: number, cost: number): void {
    const { words } = this;
    const patience = PATIENCE_MS + cost / 1e4;
    let waited = 0;
    let last = 0;
    for (let spins = 1; Atomics.load(words, Word.done) < pieces; spins++) {
      if (spins % 256 !== 0) continue;
      const now = performance.now();
      // The clock may leap, when the whole process was stopped.
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
    const { words } = this;
    const length = Atomics.load(words, Word.failure);
    if (length === 0) return;
    const units = new Uint16Array(words.buffer, 4 * Word.message, length);
    this.end();
    throw failed(String.fromCharCode(...units));
  }

  /** A worker still may write to its work area: that is not given back. */
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

/** Whether this thread may sleep: that of a page may not. */
function maySleep(words: Int32Array): boolean {
  try {
    return Atomics.wait(words, Word.open, 1, 0) === 'not-equal';
  } catch {
    return false;
  }
}
