import { describe } from '../../checks.js';
import { ValueError } from '../../errors.js';
import type { WasmMemory } from '../memory.js';
import { Pool } from './pool.js';

/** More would be a mistake. */
const MOST_THREADS = 64;
/** Nanoseconds below which a call is not split: some times what splitting costs. */
const WORTH = 20_000;
/** The same while threads of a native library spin on the cores that the workers would run on. */
const WORTH_BESIDES = 200_000;

let asked: number | null = null;
let wanted = 1;
let besidesUntil = 0;
const pools = new Set<Pool>();
const listeners = new Set<(n: number) => void>();

/**
 * Has the WebAssembly kernels compute on n threads from now on: the caller's own and n - 1 workers, which start with the first
 * call that is worth it and take part from when they are up. They keep no process alive, and use no processor while there
 * is nothing to do. The number of threads changes no bit of any result of theirs.
 *
 * A native library that computes products (`@retrograd/blas`) is told the same number, unless it was given one of its own.
 *
 * Where memory cannot be shared (a page that is not cross-origin isolated) or there are no workers, it stays at one.
 * @param n from 1, which ends the workers, to 64; as many as there are processor cores is best
 * @returns the number before
 * @throws ValueError when n is not such a number
 */
export function setThreads(n: number): number {
  if (!Number.isSafeInteger(n) || n < 1 || n > MOST_THREADS) {
    throw new ValueError('setThreads', 'n', `an integer from 1 to ${MOST_THREADS}`, describe(n));
  }
  const before = wanted;
  if (n !== before) {
    wanted = n;
    for (const pool of pools) pool.end();
    pools.clear();
  }
  if (n !== asked) {
    asked = n;
    for (const listener of listeners) listener(n);
  }
  return before;
}

/** The number that `setThreads` was called with last; null when it never was, which means one for the WebAssembly kernels. */
export const threadsAsked = (): number | null => asked;

/** Calls `listener` with every other number that `setThreads` is called with, until the process ends. */
export function onThreads(listener: (n: number) => void): void {
  listeners.add(listener);
}

/**
 * Says that other threads of the process go on spinning for a time. A worker beside them shares a core with one of them, and
 * makes a short call slower: until then only long calls are split.
 */
export function othersSpin(milliseconds: number): void {
  besidesUntil = performance.now() + milliseconds;
}

/** The threads of one kernel set. */
export class Threads {
  private pool: Pool | null = null;
  private workBytes = 0;
  private work = 0;

  constructor(private readonly memory: WasmMemory) {}

  /** Says how large a thread's work area is, and where the caller's lies. */
  provide(workBytes: number, work: number): void {
    this.workBytes = workBytes;
    this.work = work;
  }

  /** Threads that were asked for. */
  get wanted(): number {
    return this.memory.shared ? wanted : 1;
  }

  /** Threads that take part now. */
  get running(): number {
    return this.pool === null || this.pool.ended ? 1 : this.pool.threads;
  }

  /** Whom to give a call of this cost in nanoseconds to; null when it is best done alone. */
  for(cost: number): Pool | null {
    if (wanted === 1 || cost < WORTH || !this.memory.shared) return null;
    if (cost < WORTH_BESIDES && besidesUntil > 0 && performance.now() < besidesUntil) return null;
    if (this.pool === null || this.pool.ended) {
      if (this.pool !== null) pools.delete(this.pool);
      this.pool = new Pool(this.memory, wanted - 1, this.workBytes, this.work);
      pools.add(this.pool);
    }
    return this.pool.wants(cost) ? this.pool : null;
  }
}
