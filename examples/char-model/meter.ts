import type { Progress } from '@retrograd/nn';
import type { Standing } from './reporter.js';

/** Share of the mean that a step replaces; the mean then looks back about 25 steps. */
const SHARE = 0.04;

/** Follows the loss and the speed of a training. */
export class Meter {
  private weighted = 0;
  private weight = 0;
  private characters = 0;
  private readonly startedAt = performance.now();
  /** Milliseconds that were not spent on steps. */
  private paused = 0;

  constructor(
    private readonly firstStep: number,
    private readonly steps: number,
  ) {}

  /** Takes in a step. The time left counts on further pauses, the speed is that of the steps alone. */
  add({ step, loss, count }: Progress): Standing {
    // A single batch says little, so the mean runs; dividing by the weights makes it right from the first step on.
    this.weighted += SHARE * (loss - this.weighted);
    this.weight += SHARE * (1 - this.weight);
    this.characters += count;
    const secondsPerStep = this.seconds / (step - this.firstStep);
    return {
      step,
      loss: this.loss,
      charactersPerSecond: this.characters / (this.seconds - this.paused / 1000),
      secondsLeft: (this.steps - step) * secondsPerStep,
    };
  }

  /** Runs what happens between two steps. */
  async pause(interlude: () => Promise<void>): Promise<void> {
    const begin = performance.now();
    await interlude();
    this.paused += performance.now() - begin;
  }

  /** In nats per character; NaN before the first step. */
  get loss(): number {
    return this.weighted / this.weight;
  }

  get seconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }
}
