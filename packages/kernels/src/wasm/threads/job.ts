/** A function of a module, here and in every worker. */
export interface Routine {
  /** Bytes of the core, which every module is linked to. */
  readonly core: Uint8Array;
  /** Bytes of its module, the same object for all of the module's routines. */
  readonly module: Uint8Array;
  /** Whether the set overrides functions of that core. */
  readonly overridden: boolean;
  /** Its place among the module's exports. */
  readonly index: number;
  // biome-ignore lint/suspicious/noExplicitAny: each export has arguments of its own
  readonly call: (...args: any[]) => void;
}

/** One call of a routine, cut into pieces along rows or columns. No two pieces write the same bytes. */
export interface Job {
  readonly routine: Routine;
  /** Rows or columns of the whole call, and of each piece but the last. */
  readonly total: number;
  readonly share: number;
  /** Arguments of the first piece. */
  readonly values: readonly number[];
  /** By how much each argument grows from piece to piece. */
  readonly steps: readonly number[];
  /** Which argument is the number of rows or columns. */
  readonly countAt: number;
  /** Which argument is the address of the thread's own work area; -1 when there is none. */
  readonly workAt: number;
  /** About how long the whole call takes one thread, in nanoseconds. */
  readonly cost: number;
}

/**
 * Rows or columns in a piece. There is one piece for each thread, or several where each of them still has
 * `plenty`: then a thread that is delayed delays the others less.
 * @param unit the result is a multiple of this
 */
export function shareOf(total: number, threads: number, unit: number, plenty: number): number {
  const each = Math.max(1, Math.min(4, Math.floor(total / (threads * plenty))));
  return Math.ceil(total / (threads * each) / unit) * unit;
}
