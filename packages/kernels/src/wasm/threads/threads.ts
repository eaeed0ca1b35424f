import { describe } from '../../checks.js';
import { ValueError } from '../../errors.js';
import type { WasmMemory } from '../memory.js';
import { Pool } from './pool.js';

/** More would be a mistake. */
const MOST_THREADS = 64;
/** Nanoseconds below which a call is not split: some times what splitting costs. */
const WORTH = 20_000;

let wanted = 1;
const pools = new Set<Pool>();

/**
 * Has the WebAssembly kernels compute on n threads from now on: the caller's own and n - 1 workers, which start with the first
 * call that is worth it and take part from when they are up. They keep no process alive, and use no processor while there
 * is nothing to do. The number of threads changes no bit of any result.
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
  return before;
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
    if (this.pool === null || this.pool.ended) {
      if (this.pool !== null) pools.delete(this.pool);
      this.pool = new Pool(this.memory, wanted - 1, this.workBytes, this.work);
      pools.add(this.pool);
    }
    return this.pool.wants(cost) ? this.pool : null;
  }
}
