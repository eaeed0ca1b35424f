import { describe } from '../../describe.js';
import { ValueError } from '../../errors.js';
import { currentScheduler, useScheduler } from './current.js';
import { Scheduler } from './scheduler.js';

/** A larger number is taken for a mistake. */
const MOST_THREADS = 64;

/**
 * The WebAssembly kernels compute on n threads from now on: the caller's own and n - 1 workers. The workers
 * start with the first call that is worth splitting, and take part as soon as they are up. They keep no
 * process alive, and use no processor time while there is nothing to do. The number of threads changes no bit
 * of any result.
 *
 * The kernels with a native library (`@retrograd/blas`) use n threads too, unless they were given a number of
 * their own.
 *
 * Where memory cannot be shared (a page that is not cross-origin isolated), or there are no workers, there is
 * one thread.
 * @param n from 1, which ends the workers, to 64; best is the number of processor cores
 * @returns the number before
 * @throws ValueError when n is not such a number
 */
export function setThreads(n: number): number {
  checkThreads('setThreads', 'n', n);
  const scheduler = makeScheduler();
  const before = scheduler.asked ?? 1;
  scheduler.asked = n;
  scheduler.adapt();
  return before;
}

/** The scheduler of the program, which the first call makes. */
export function makeScheduler(): Scheduler {
  const scheduler = currentScheduler() ?? new Scheduler();
  useScheduler(scheduler);
  return scheduler;
}

/** @throws ValueError when n is not a number of threads */
export function checkThreads(op: string, argument: string, n: number): void {
  if (!Number.isSafeInteger(n) || n < 1 || n > MOST_THREADS) {
    throw new ValueError(op, argument, `an integer from 1 to ${MOST_THREADS}`, describe(n));
  }
}
