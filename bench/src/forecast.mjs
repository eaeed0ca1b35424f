/** Remembers how long each contestant took, and says beforehand that a larger size would take too long. */
import { caseName, flops } from './cases.mjs';

/** Larger sizes run at more flops a second than smaller ones; up to this factor is put down to that. */
const HEADROOM = 3;

export class Forecast {
  #known = new Map();
  #budget;
  #deadline;

  constructor({ budget, deadline }) {
    this.#budget = budget;
    this.#deadline = deadline;
  }

  /** @returns a reason not to begin, or null */
  reason = ({ id }, shape) => {
    if (performance.now() > this.#deadline) return 'not reached in the time of the run';
    const known = this.#known.get(key(id, shape));
    if (known === undefined) return null;
    const expected = (known.milliseconds * flops(shape)) / known.flops / HEADROOM;
    if (expected < this.#budget) return null;
    return `would take over ${this.#budget / 1000} s, judging by ${known.name}`;
  };

  remember(shape, results) {
    for (const { id, times, outOfTime } of results) {
      const milliseconds = outOfTime ? this.#budget : times?.median;
      if (milliseconds === undefined) continue;
      this.#known.set(key(id, shape), { milliseconds, flops: flops(shape), name: caseName(shape) });
    }
  }
}

const key = (id, { cell, op }) => `${id} ${cell} ${op}`;
