import { inspect } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import type { Communicator } from './communicator.js';
import type { Log } from './log.js';
import type { Presence } from './presence.js';

/** What the way out depends on. */
export interface Leaving {
  readonly communicator: Communicator;
  readonly presence: Presence | null;
  readonly log: Log;
  /** Operations under way. */
  pending(): number;
  /** Whether a training has begun and not ended. */
  training(): boolean;
}

/** What a shell reports of a process that SIGTERM has ended. */
const STOPPED = 128 + 15;
/** Between two looks at whether the others are still there. */
const LOOK_MS = 100;

/** Whether this process was asked to end. */
let stopped = false;

/**
 * Has the group end as one: a process that fails, or leaves in the middle of something, takes the others with
 * it, which would wait for it for ever.
 */
export function endTogether({ communicator, presence, log, pending, training }: Leaving): void {
  // Node prints an uncaught error when the process has left its last handler, which is the one below.
  process.on('uncaughtExceptionMonitor', (error) => log(`rank ${communicator.rank}: ${inspect(error)}`));
  process.on('exit', (code) => {
    const complete = pending() === 0 && !training();
    if (complete && (code === 0 || stopped)) {
      communicator.close();
      presence?.close();
      return;
    }
    if (code === 0) log(`rank ${communicator.rank} exits in the middle of a training; all processes end`);
    presence?.close();
    communicator.abort(code || 1);
  });
}

/**
 * SIGTERM is everyone's; SIGUSR2 is what mpirun hands on at once, where it would let SIGTERM wait and then
 * leave a second.
 */
const SIGNALS = ['SIGTERM', 'SIGUSR2'] as const;

/**
 * Has a training end after the step under way when a signal asks for it, and the process with it: at once
 * when another one is gone.
 * @param grace milliseconds after which it ends in any case
 */
export function stopOnSignal(stop: () => void, presence: Presence | null, log: Log, grace: number): void {
  // Worker threads get no signals: the main thread has to call `stop`.
  if (!isMainThread) return;
  const onSignal = (): void => {
    if (stopped) return;
    stopped = true;
    process.exitCode ??= STOPPED;
    stop();
    const since = performance.now();
    const timer = setInterval(() => {
      const gone = presence?.gone() ?? [];
      const late = performance.now() - since > grace;
      if (gone.length === 0 && !late) return;
      log(gone.length > 0 ? `rank ${gone.join(', ')} has ended, and so do the others` : tooLate(grace));
      stopped = false;
      process.exit(STOPPED);
    }, LOOK_MS);
    timer.unref();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

const tooLate = (grace: number): string =>
  `not done ${grace / 1000} s after the signal; all processes end at once`;
