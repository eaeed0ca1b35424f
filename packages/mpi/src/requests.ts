import type { Mpi } from './mpi.js';
import { addressOf } from './native.js';
import type { Presence } from './presence.js';

/** Told of operations that do not come to an end. */
export interface Waiting {
  /**
   * Called again and again while an operation is under way and none is completed.
   * @param milliseconds that have been waited since the last one
   * @param what         the oldest operation
   */
  quiet(milliseconds: number, what: string): void;
}

interface Pending {
  /** Where the library keeps its handle of the request. */
  readonly slot: number;
  readonly what: string;
  /** Whether it may take any time. */
  readonly patient: boolean;
  /** Held, so that the memory stays as long as the library works on it. */
  readonly buffers: readonly unknown[];
  resolve(): void;
  reject(error: unknown): void;
}

/** Without a word from the library for so long, the others are at work and there is no hurry. */
const IDLE_MS = 100;
/** Longer gaps between two looks are work of this process, not waiting. */
const LONGEST_GAP_MS = 250;

/**
 * Operations under way. They are looked at on every turn of the event loop, so that signals and timers have
 * theirs as well: a blocking call would keep both out.
 */
export class Requests {
  private pending: Pending[] = [];
  private readonly free: number[] = [];
  private readonly pages: Float64Array[] = [];
  private turning = false;
  private quietFor = 0;
  private lookedAt = 0;
  /** Waiting longer than this, the process sleeps a little between two looks. */
  private readonly idleAfter: number;

  /**
   * @param crowded whether there are more processes than cores, so that looking takes the time of the others
   */
  constructor(
    private readonly mpi: Mpi,
    private readonly waiting: Waiting,
    private readonly presence: Presence | null,
    crowded: boolean,
  ) {
    this.idleAfter = crowded ? 1 : IDLE_MS;
  }

  get count(): number {
    return this.pending.length;
  }

  /**
   * Starts an operation.
   * @param begin   makes the call, given where the library may keep its handle
   * @param buffers memory that it works on
   * @param patient whether it may take any time
   */
  start(
    what: string,
    begin: (slot: number) => void,
    buffers: readonly unknown[],
    patient = false,
  ): Promise<void> {
    const slot = this.free.pop() ?? this.newSlot();
    begin(slot);
    if (!patient) this.quietFor = 0;
    if (this.presence !== null) {
      this.presence.operations++;
      this.presence.note();
    }
    return new Promise((resolve, reject) => {
      this.pending.push({ slot, what, buffers, patient, resolve, reject });
      if (!this.turning) this.look();
      this.turn();
    });
  }

  /**
   * Completes what is complete. Every question moves all that is under way, and may give the core away (Open MPI
   * yields it when there are more processes than cores); so of those that complete in order only the first is asked
   * for.
   */
  look(): void {
    const now = performance.now();
    const before = this.pending.length;
    let waiting = false;
    this.pending = this.pending.filter((request) => {
      if (waiting && !request.patient) return true;
      const done = this.isDone(request);
      waiting ||= !done && !request.patient;
      return !done;
    });
    const completed = this.pending.length < before;
    this.quietFor = completed ? 0 : this.quietFor + Math.min(now - this.lookedAt, LONGEST_GAP_MS);
    this.lookedAt = now;
  }

  private isDone({ slot, resolve, reject }: Pending): boolean {
    try {
      if (!this.mpi.test(slot)) return false;
      resolve();
    } catch (error) {
      reject(error);
    }
    this.free.push(slot);
    return true;
  }

  private turn(): void {
    if (this.turning) return;
    this.turning = true;
    this.quietFor = 0;
    this.lookedAt = performance.now();
    const again = (): void => {
      this.look();
      if (this.pending.length === 0) {
        this.turning = false;
        return;
      }
      const urgent = this.pending.find(({ patient }) => !patient);
      if (urgent !== undefined) this.waiting.quiet(this.quietFor, urgent.what);
      if (this.quietFor < this.idleAfter) setImmediate(again);
      else setTimeout(again, 1);
    };
    if (this.pending.length === 0) this.turning = false;
    else setImmediate(again);
  }

  private newSlot(): number {
    const page = new Float64Array(new ArrayBuffer(8 * 64));
    this.pages.push(page);
    const first = addressOf(page);
    for (let i = 1; i < page.length; i++) this.free.push(first + 8 * i);
    return first;
  }
}
