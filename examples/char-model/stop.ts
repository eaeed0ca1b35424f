import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * npm sends the Ctrl-C that the terminal has already sent to everyone once more to the program that it runs: what comes so soon is
 * the same key press.
 */
const SAME_PRESS_MS = 500;

/** What a shell reports of a process that a signal has ended. */
const exitCodeOf = (signal: keyof typeof constants.signals): number => 128 + constants.signals[signal];

/** The wish to stop, from a signal or because nobody reads the output any more. */
export class Stop {
  private readonly controller = new AbortController();
  private requestedAt = 0;
  /** For the end of the process; 0 as long as nobody wants to stop. */
  exitCode = 0;

  /**
   * @param onRequest at the first signal, when the program begins to come to an end
   * @param onForce at the second one, just before the process exits
   */
  constructor(
    private readonly onRequest: () => void,
    private readonly onForce: () => void,
  ) {}

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Listens from now on, until the function that is returned is called. */
  listen(): () => void {
    for (const signal of SIGNALS) process.on(signal, this.onSignal);
    process.stdout.on('error', this.onOutputError);
    return () => {
      for (const signal of SIGNALS) process.off(signal, this.onSignal);
    };
  }

  private readonly onSignal = (signal: NodeJS.Signals): void => {
    if (!this.signal.aborted) {
      this.request(exitCodeOf(signal));
      this.onRequest();
    } else if (performance.now() - this.requestedAt > SAME_PRESS_MS) {
      this.onForce();
      process.exit(exitCodeOf(signal));
    }
  };

  /** The reader of a pipe has gone: `npm start | head`. */
  private readonly onOutputError = (): void => {
    if (!this.signal.aborted) this.request(exitCodeOf('SIGPIPE'));
  };

  private request(exitCode: number): void {
    this.exitCode = exitCode;
    this.requestedAt = performance.now();
    this.controller.abort();
  }
}
