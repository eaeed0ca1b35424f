import { BLOCK_COLUMNS, PIECE_COLUMNS } from '../gemm-module.js';
import { shareOf } from './job.js';
import { Partitioner } from './partition.js';
import type { ThreadedSet } from './threaded-set.js';

/** Nanoseconds from which a call is worth splitting: some times what splitting costs. */
const WORTH_SPLITTING = 20_000;

/** Entries from which a packed B is worth cutting into parts, for any number of rows. */
const WORTH_PARTING = 1 << 14;
/** Entries of B that fit the cache of a core. */
export const ENTRIES_IN_CACHE = 1 << 17;

/**
 * Rows for each thread from which threads split the rows of A, and B stays in one part that every thread
 * reads whole.
 */
const enoughRows = (entries: number): number => (entries > ENTRIES_IN_CACHE ? 6 : 2);

/**
 * Splits the calls of kernel sets among threads. Each set has workers of its own, since each has a memory of
 * its own.
 */
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
   * What splits a call of this cost in nanoseconds among the threads of a set; null when the caller computes
   * it alone. With our own kernels splitting changes no bit, so sleeping workers are only woken when it pays.
   * The sums of a native library may depend on it, so its calls of the same cost are always split, even if
   * the caller then takes all pieces.
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

  /**
   * Columns in each part of a packed B (K, N) for products of M rows; all of them where the threads split the
   * rows.
   */
  columnsInPart(set: ThreadedSet, K: number, N: number, M: number): number {
    const wanted = this.wanted(set);
    const inParts = wanted > 1 && K * N >= WORTH_PARTING && M < wanted * enoughRows(K * N);
    return inParts ? shareOf(N, wanted, PIECE_COLUMNS, BLOCK_COLUMNS) : N;
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
