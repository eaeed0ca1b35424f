import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Message, STOP } from './messages.js';
import type { GivenOptions } from './options.js';
import { createReporter, type Reporter } from './reporter.js';
import { UserError } from './user-error.js';

/** SIGUSR2 is how mpirun hands on a wish to stop. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const;

/**
 * npm forwards a Ctrl-C that the terminal has already sent to us: a second signal so soon is the same key
 * press.
 */
const SAME_PRESS_MS = 500;

/** The exit code that a shell reports for a process that a signal ended. */
const exitCodeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/**
 * Starts the training thread, reports its progress, and stops it after a signal or when the output's reader
 * is gone.
 * @returns the exit code: 0, or 128 + n when signal n ended the training early
 * @throws UserError with the error line of the training thread
 */
export async function runMainThread(read: GivenOptions, stream: NodeJS.WriteStream): Promise<number> {
  // The bundle is one file; main.ts tells the two threads apart.
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: read });
  let reporter: Reporter | null = null;
  let exitCode = 0;
  let stoppedAt = 0;
  const stop = (signal: NodeJS.Signals): void => {
    exitCode = exitCodeOf(signal);
    stoppedAt = performance.now();
    worker.postMessage(STOP);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (exitCode === 0) {
      stop(signal);
      reporter?.print('stopping after this step; once more to stop at once\n');
    } else if (performance.now() - stoppedAt > SAME_PRESS_MS) {
      reporter?.stop();
      process.exit(exitCode);
    }
  };
  // `npm start | head`: the reader is gone, and every later line fails too.
  stream.on('error', () => {
    if (exitCode === 0) stop('SIGPIPE');
  });
  try {
    const end = await new Promise<Message & { kind: 'end' }>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', (message: Message) => {
        if (message.kind === 'end') resolve(message);
        else if (message.kind === 'step') reporter?.step(message.standing);
        else if (message.kind === 'print') (reporter ?? printer(stream)).print(message.text);
        else {
          reporter = createReporter(stream, message);
          for (const signal of SIGNALS) process.on(signal, onSignal);
        }
      });
    });
    if (end.line !== null) throw new UserError(end.line, end.exitCode);
    return exitCode;
  } finally {
    (reporter as Reporter | null)?.stop();
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

const printer = (stream: NodeJS.WriteStream) => ({ print: (text: string) => stream.write(text) });
