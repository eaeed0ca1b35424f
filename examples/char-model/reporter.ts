import type { WriteStream } from 'node:tty';
import { SingleBar } from 'cli-progress';
import { formatCount, formatDuration, formatLoss } from './format.js';

/** The state of a training after a step. */
export interface Standing {
  readonly step: number;
  /** Mean loss of the last steps, in nats per character. */
  readonly loss: number;
  readonly charactersPerSecond: number;
  readonly secondsLeft: number;
}

/** Shows the progress of a training. */
export interface Reporter {
  step(standing: Standing): void;
  /** Whole lines, which stay on the screen. */
  print(text: string): void;
  stop(): void;
}

/** A bar at the bottom of a terminal; a line now and then in a file or a pipe, where a bar would be noise. */
export function createReporter(
  stream: NodeJS.WriteStream,
  { firstStep, steps, rank }: { firstStep: number; steps: number; rank: number | null },
): Reporter {
  // mpirun gives every process a terminal of its own, and mixes what they write.
  if (rank !== null) return rank === 0 ? new LineReporter(stream, steps) : new SilentReporter();
  return stream.isTTY ? new BarReporter(stream, firstStep, steps) : new LineReporter(stream, steps);
}

class BarReporter implements Reporter {
  private readonly bar: SingleBar;
  private value: number;
  private payload = { loss: 'begins', speed: '', left: '' };

  constructor(
    private readonly stream: WriteStream,
    firstStep: number,
    private readonly steps: number,
  ) {
    this.value = firstStep;
    this.bar = new SingleBar({
      format: '{bar} {percentage}%  {loss}  {speed}  {left}',
      barsize: 12,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      stream,
      clearOnComplete: true,
    });
    this.start();
  }

  step({ step, loss, charactersPerSecond, secondsLeft }: Standing): void {
    this.value = step;
    this.payload = {
      loss: formatLoss(loss),
      speed: `${formatCount(charactersPerSecond)} chars/s`,
      left: `${formatDuration(secondsLeft)} left`,
    };
    this.bar.update(step, this.payload);
  }

  print(text: string): void {
    this.bar.stop();
    this.stream.write(text);
    this.start();
  }

  stop(): void {
    this.bar.stop();
  }

  private start(): void {
    this.bar.start(this.steps, this.value, this.payload);
  }
}

class LineReporter implements Reporter {
  private readonly every: number;
  private last = performance.now();

  constructor(
    private readonly stream: NodeJS.WritableStream,
    private readonly steps: number,
  ) {
    this.every = Math.ceil(steps / LINES);
  }

  step({ step, loss, charactersPerSecond, secondsLeft }: Standing): void {
    const now = performance.now();
    if (step % this.every !== 0 && now - this.last < LONGEST_SILENCE_MS) return;
    this.last = now;
    const speed = `${formatCount(charactersPerSecond)} chars/s`;
    this.print(
      `step ${step}/${this.steps}  ${formatLoss(loss)}  ${speed}  ${formatDuration(secondsLeft)} left\n`,
    );
  }

  print(text: string): void {
    this.stream.write(text);
  }

  stop(): void {}
}

class SilentReporter implements Reporter {
  step(): void {}
  print(): void {}
  stop(): void {}
}

/** Lines for a whole training of any length. */
const LINES = 24;
const LONGEST_SILENCE_MS = 60_000;
