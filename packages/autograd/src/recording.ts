import { GraphError } from '@retrograd/arrays';
import { describe } from '@retrograd/arrays/internal';

/** Whether ops add their calls to the graph. The only switch of the graph; `noGrad` and backward set it. */
let recording = true;

/** Whether ops add their calls to the graph at the moment: false inside of `noGrad`. */
export const isRecording = (): boolean => recording;

/** @internal Runs `fn` with recording on or off, and restores the switch even when `fn` throws. */
export function withRecording<T>(on: boolean, fn: () => T): T {
  const before = recording;
  recording = on;
  try {
    return fn();
  } finally {
    recording = before;
  }
}

/**
 * Runs `fn` without recording: its results are constants. For evaluation, sampling and parameter updates.
 *
 * An async function is refused: the switch is restored when `fn` returns, so everything after its first
 * `await` would be recorded after all, and code elsewhere could run with recording off.
 * @throws GraphError when `fn` is async or returns a promise
 */
export function noGrad<T>(fn: () => T): T {
  if (typeof fn !== 'function') throw new GraphError('noGrad', 'fn', 'a function', describe(fn));
  if (fn.constructor.name === 'AsyncFunction') throw asynchronous('an async function');
  const result = withRecording(false, fn);
  const { then } = (result ?? {}) as { then?: unknown };
  if (typeof then === 'function') throw asynchronous('a promise');
  return result;
}

const asynchronous = (actual: string): GraphError =>
  new GraphError('noGrad', 'fn', 'synchronous', actual, 'wrap the synchronous parts one by one');
