import { COLUMNS, PLENTY_COLUMNS } from '../gemm-module.js';
import type { ImportOverrides } from '../linker.js';
import { shareOf } from './job.js';
import { type Sharing, threadsAsked } from './sharing.js';
import { Team } from './team.js';

/** Nanoseconds below which a call is not split: some times what splitting costs. */
const WORTH = 20_000;

/** Entries of a prepared B below which its products are not worth parting, whatever M is. */
const WORTH_PARTING = 1 << 14;
/** Entries of B that fit a thread's own cache. */
export const ENTRIES_IN_CACHE = 1 << 17;

/** Rows a thread from which whole sequences are shared by rows, and B is not parted: then each thread goes through all of B. */
const enoughRows = (entries: number): number => (entries > ENTRIES_IN_CACHE ? 6 : 2);

/** Those with workers. */
const busy = new Set<Threads>();

/** Ends the workers of all sets whose number of threads is another one now. */
export function adaptThreads(): void {
  for (const threads of busy) threads.adapt();
}

/** The threads of one kernel set. */
export class Threads {
  private team: Team | null = null;

  /**
   * @param overrides what the set's modules call instead of the core's functions, for workers too
   * @param own       the number of threads where it is not that of `setThreads`
   */
  constructor(
    private readonly sharing: Sharing,
    private readonly overrides: ImportOverrides | null = null,
    private readonly own: () => number | null = threadsAsked,
  ) {}

  /** Threads that were asked for. */
  get wanted(): number {
    return this.sharing.memory.shared ? (this.own() ?? 1) : 1;
  }

  /** Threads that take part now. */
  get running(): number {
    return this.team === null || this.team.ended ? 1 : this.team.threads;
  }

  /**
   * As `Sharing.for`. How our own kernels are split changes no bit, so what threads that sleep would cost is saved. A library's
   * sums may depend on it: there all calls of one cost are split, whoever then takes the pieces.
   */
  for(cost: number): Team | null {
    const { wanted, overrides } = this;
    if (cost < WORTH || wanted === 1) return null;
    if (this.team === null || this.team.ended) {
      this.team = new Team(this.sharing, wanted, overrides);
      busy.add(this);
    }
    return overrides !== null || this.team.wants(cost) ? this.team : null;
  }

  /** Columns in each part of a prepared B (K, N), for products of M rows: all, where the threads are to share the rows. */
  columnsOf(K: number, N: number, M: number): number {
    const { wanted } = this;
    const parted = wanted > 1 && K * N >= WORTH_PARTING && M < wanted * enoughRows(K * N);
    return parted ? shareOf(N, wanted, COLUMNS, PLENTY_COLUMNS) : N;
  }

  /** Ends the workers when their number is not the one that is wanted. */
  adapt(): void {
    if (this.team === null || this.wanted === this.team.wanted) return;
    this.team.end();
    this.team = null;
    busy.delete(this);
  }
}
