/**
 * What the tests of threads need, in Node and in a page: workers that are up, and a module in which threads
 * meet.
 */
import { currentKernels, type SequenceKernels, setThreads } from '@retrograd/kernels';
import { tanhOf } from '@retrograd/kernels/internal';
import * as assert from 'uvu/assert';
import { meetCode } from './binaries/meet.js';

export const sequence = (): SequenceKernels => currentKernels().sequence;

/** Has n threads take part. */
export async function workersUp(n: number): Promise<void> {
  setThreads(n);
  await threadsUp(n);
}

/** Has all n threads take part that the kernels in use were told to have. */
export async function threadsUp(n: number): Promise<void> {
  const s = sequence();
  const x = s.take('float32', 1 << 15);
  x.data.fill(0.5);
  const started = performance.now();
  while (s.threads < n && performance.now() - started < 30_000) {
    tanhOf(s, 1 << 15, x, 0);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  s.give(x);
  assert.is(s.threads, n, 'threads that came up within 30 s');
}

/**
 * Runs `meet` on four rows: two threads, each of which takes two rows and waits until the other one has come.
 * @param cost of the whole call, in nanoseconds
 * @returns how many rows there were in the call that wrote each row
 */
export function meet({ fails = false, words = 4, cost = 1e9 } = {}): number[] {
  const s = sequence();
  const together = s.rows(meetCode, 'meet', [0, 1], cost / 4)!;
  const [counter, out] = [s.take('float32', 1), s.take('float32', words)];
  counter.data.fill(0);
  try {
    const last = out.pointer(words - 4);
    together('float32', 4, fails ? 2 : 1, [counter.pointer(0), last]);
    return [...new Int32Array(out.data.buffer, last, 4)];
  } finally {
    s.give(counter);
    s.give(out);
  }
}
