import type { Progress } from '@retrograd/nn';
import type { Standing } from './reporter.js';

/** Weight of a new step in the running mean, which then looks back about 25 steps. */
const SHARE = 0.04;

/** Measures the loss and the speed of a training. */
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

  /** Adds a step. The time left includes further checkpoints; the speed is that of the steps alone. */
  add({ step, loss, count }: Progress): Standing {
    // A running mean, since a single batch says little; dividing by the weights corrects it for the first
    // steps.
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

  /** Runs work between two steps, whose time does not count for the speed. */
  async pause(work: () => Promise<void>): Promise<void> {
    const begin = performance.now();
    await work();
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
