import { BLOCK_COLUMNS, SHARE_COLUMNS } from '../gemm-module.js';
import { shareOf } from './job.js';
import { Partitioner } from './partition.js';
import type { ThreadedSet } from './threaded-set.js';

/** Nanoseconds below which a call is not split: some times what splitting costs. */
const WORTH_SPLITTING = 20_000;

/** Entries of a packed B below which its products are not worth parting, whatever M is. */
const WORTH_PARTING = 1 << 14;
/** Entries of B that fit the cache of a core. */
export const ENTRIES_IN_CACHE = 1 << 17;

/** Rows a thread from which whole sequences are shared by rows, and B is not parted: then each thread goes through all of B. */
const enoughRows = (entries: number): number => (entries > ENTRIES_IN_CACHE ? 6 : 2);

/** Shares the calls of kernel sets among threads. Each set has workers of its own, since each has a memory of its own. */
export class Scheduler {
  /** The number that `setThreads` was called with last; null when it never was. */
  asked: number | null = null;
  private readonly partitioners = new Map<ThreadedSet, Partitioner>();

  /** Number of threads that a set is to have. */
  wanted(set: ThreadedSet): number {
    return set.memory.shared ? set.threadsWanted(this.asked) : 1;
  }

  /** Number of a set's threads that take part now. */
  running(set: ThreadedSet): number {
    const partitioner = this.partitioners.get(set);
    return partitioner === undefined || partitioner.ended ? 1 : partitioner.running;
  }

  /**
   * As the function of that name. Where our own kernels are split changes no bit, so sleeping workers are only woken when it
   * pays. The sums of a native library may depend on it, so all its calls of one cost are split, whichever thread then takes
   * the pieces.
   */
  partitionerFor(set: ThreadedSet, cost: number): Partitioner | null {
    if (cost < WORTH_SPLITTING) return null;
    const wanted = this.wanted(set);
    if (wanted === 1) return null;
    let partitioner = this.partitioners.get(set);
    if (partitioner === undefined || partitioner.ended) {
      partitioner = new Partitioner(set, wanted);
      this.partitioners.set(set, partitioner);
    }
    return set.overrides !== null || partitioner.wants(cost) ? partitioner : null;
  }

  /** Columns in each part of a packed B (K, N), for products of M rows: all, where the threads are to share the rows. */
  columnsInPart(set: ThreadedSet, K: number, N: number, M: number): number {
    const wanted = this.wanted(set);
    const parted = wanted > 1 && K * N >= WORTH_PARTING && M < wanted * enoughRows(K * N);
    return parted ? shareOf(N, wanted, SHARE_COLUMNS, BLOCK_COLUMNS) : N;
  }

  /** Ends the workers of the sets that want another number of them. */
  adapt(): void {
    for (const [set, partitioner] of this.partitioners) {
      if (partitioner.threads === this.wanted(set)) continue;
      partitioner.end();
      this.partitioners.delete(set);
    }
  }
}
