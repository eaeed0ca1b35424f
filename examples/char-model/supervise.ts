import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Message, STOP } from './messages.js';
import type { GivenOptions } from './options.js';
import { createReporter, type Reporter } from './reporter.js';
import { UserError } from './user-error.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm sends on the Ctrl-C that the terminal has already sent to everyone: what comes so soon is the same key press. */
const SAME_PRESS_MS = 500;

/** What a shell reports of a process that a signal has ended. */
const exitCodeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/**
 * Has a thread of its own train, shows how it goes, and stops it when a signal comes or nobody reads the output any more.
 * @returns the exit code: 0, or 128 + n when signal n ended the training early
 * @throws UserError with what went wrong in the other thread
 */
export async function supervise(read: GivenOptions, stream: NodeJS.WriteStream): Promise<number> {
  // The bundle is one file; it sees by itself in which thread it runs.
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
  // `npm start | head`: the reader has gone, and every line after that fails again.
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
          reporter = createReporter(stream, message.firstStep, message.steps);
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
