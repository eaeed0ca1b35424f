import type { Partitioner } from './partition.js';
import type { Scheduler } from './scheduler.js';
import type { ThreadedSet } from './threaded-set.js';

/**
 * The scheduler of the program, as `currentKernels` are its kernels. This file knows its type only, so a program that never
 * calls `setThreads` has no code for threads.
 */
let scheduler: Scheduler | null = null;

/** What `setThreads` has made; null until it was called. */
export const currentScheduler = (): Scheduler | null => scheduler;

/** Hands a scheduler to all kernel sets. */
export function useScheduler(made: Scheduler): void {
  scheduler = made;
}

/** The number that `setThreads` was called with last; null when it never was, which means one. */
export const threadsAsked = (): number | null => scheduler?.asked ?? null;

/** What splits a call of this cost in nanoseconds among the threads of a set; null when the caller computes it alone. */
export const partitionerFor = (set: ThreadedSet, cost: number): Partitioner | null =>
  scheduler?.partitionerFor(set, cost) ?? null;
