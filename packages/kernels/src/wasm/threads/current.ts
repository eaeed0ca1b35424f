import type { Partitioner } from './partition.js';
import type { Scheduler } from './scheduler.js';
import type { ThreadedSet } from './threaded-set.js';

/**
 * The scheduler of the program, just as `currentKernels` are its kernels. This file imports nothing but
 * types, so the code for threads is only in programs that call `setThreads`.
 */
let scheduler: Scheduler | null = null;

/** The scheduler that `setThreads` made; null until it was called. */
export const currentScheduler = (): Scheduler | null => scheduler;

/** Hands a scheduler to all kernel sets, those in use and those to come. */
export function useScheduler(made: Scheduler): void {
  scheduler = made;
}

/** The number that `setThreads` was called with last; null when it never was, which means one. */
export const threadsAsked = (): number | null => scheduler?.asked ?? null;

/**
 * What splits a call of this cost in nanoseconds among the threads of a set; null when the caller computes it
 * alone.
 */
export const partitionerFor = (set: ThreadedSet, cost: number): Partitioner | null =>
  scheduler?.partitionerFor(set, cost) ?? null;
