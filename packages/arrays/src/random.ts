import { DtypeError, ValueError } from '@retrograd/kernels';
import { describe } from '@retrograd/kernels/internal';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

type Generator = ReturnType<typeof xoroshiro128plusFromState>;

/**
 * A seeded generator: xoroshiro128+ (Blackman and Vigna 2018). The same seed gives the same numbers on every
 * machine, and a saved state continues exactly where it was.
 */
export class Random {
  #generator: Generator;
  /**
   * The second of the two normal numbers that every draw makes, until it is asked for; NaN when there is
   * none.
   */
  #spare = Number.NaN;

  /**
   * @param seed any integer between -(2^53 - 1) and 2^53 - 1
   * @throws ValueError when the seed is not such an integer
   */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new ValueError('Random', 'seed', 'a safe integer', describe(seed));
    this.#generator = xoroshiro128plusFromState(spread(seed));
  }

  /** A number from [0, 1), every multiple of 2^-53 equally likely. */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /**
   * A number from the normal distribution with mean 0 and standard deviation 1 (Marsaglia's polar method,
   * 1964).
   */
  normal(): number {
    const spare = this.#spare;
    if (!Number.isNaN(spare)) {
      this.#spare = Number.NaN;
      return spare;
    }
    let u: number;
    let v: number;
    let s: number;
    do {
      u = 2 * uniformFloat64(this.#generator) - 1;
      v = 2 * uniformFloat64(this.#generator) - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    this.#spare = v * scale;
    return u * scale;
  }

  /**
   * An integer from 0 to n - 1, all equally likely.
   * @throws ValueError when n is not a positive safe integer
   */
  integer(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1) {
      throw new ValueError('Random.integer', 'n', 'a positive integer', describe(n));
    }
    // Numbers from the last, incomplete multiple of n are drawn again, or small results would come more
    // often.
    const wide = n > 2 ** 32;
    const range = wide ? 2 ** 53 : 2 ** 32;
    const end = range - (range % n);
    let drawn: number;
    do drawn = wide ? this.uniform() * 2 ** 53 : this.#generator.next() + 2 ** 31;
    while (drawn >= end);
    return drawn % n;
  }

  /**
   * The items in a random order, all orders equally likely (Fisher and Yates); the list given stays as it is.
   */
  shuffle<T>(items: readonly T[]): T[] {
    const mixed = items.slice();
    for (let i = mixed.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const item = mixed[i];
      mixed[i] = mixed[j];
      mixed[j] = item;
    }
    return mixed;
  }

  /**
   * Everything that the next numbers depend on, as plain numbers (fit for JSON): 4 integers, then the spare
   * normal, if any.
   */
  getState(): number[] {
    const state = [...this.#generator.getState()];
    if (!Number.isNaN(this.#spare)) state.push(this.#spare);
    return state;
  }

  /**
   * A generator that continues where the one that returned `state` was.
   * @throws ValueError when `state` does not come from `getState`
   */
  static fromState(state: readonly number[]): Random {
    const words = Array.isArray(state) ? state.slice(0, 4) : [];
    const whole = words.length === 4 && words.every((word) => Number.isInteger(word) && word === (word | 0));
    const spareFits = state?.length === 4 || (state?.length === 5 && Number.isFinite(state[4]));
    if (!whole || !spareFits || words.every((word) => word === 0)) {
      const actual = Array.isArray(state) ? `[${state.join(', ')}]` : describe(state);
      throw new ValueError('Random.fromState', 'state', 'what getState returned', actual);
    }
    const random = new Random(0);
    random.#generator = xoroshiro128plusFromState(words);
    if (state.length === 5) random.#spare = state[4];
    return random;
  }
}

/**
 * Four well-mixed words from one seed. pure-rand's own seeding is not used: with it the first numbers of
 * neighbouring seeds are nearly equal. The finaliser is that of MurmurHash3 (Appleby), over a Weyl sequence
 * as in SplitMix (Steele et al. 2014).
 */
function spread(seed: number): number[] {
  const low = seed | 0;
  const high = Math.floor(seed / 2 ** 32) | 0;
  const words: number[] = [];
  let counter = mix(high ^ 0x6a09e667) ^ low;
  for (let i = 0; i < 4; i++) {
    counter = (counter + 0x9e3779b9) | 0;
    words.push(mix(counter ^ mix((high + i) | 0)));
  }
  // The one state that never leaves itself.
  return words.some((word) => word !== 0) ? words : [1, 0, 0, 0];
}

function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** Options of everything that draws random numbers: a generator, or a seed for one of its own. */
export interface RandomOptions {
  rng?: Random;
  seed?: number;
}

let shared: Random | undefined;

/**
 * The generator that is used when the caller gives no other. Without `manualSeed` it starts from a seed that
 * differs on every run.
 */
export function defaultRandom(): Random {
  shared ??= new Random(Math.floor(Math.random() * Number.MAX_SAFE_INTEGER));
  return shared;
}

/**
 * Restarts the default generator from a seed.
 * @throws ValueError when the seed is not a safe integer
 */
export function manualSeed(seed: number): void {
  shared = new Random(seed);
}

/**
 * The generator of the options: `rng`, or a new one from `seed`, or the default one.
 * @param op the function that errors name
 * @throws DtypeError when rng is not a Random, ValueError when the seed is not a safe integer
 */
export function randomFrom({ rng, seed }: RandomOptions, op = 'Random'): Random {
  if (rng !== undefined && !(rng instanceof Random)) {
    throw new DtypeError(op, 'rng', 'a Random', describe(rng));
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new ValueError(op, 'seed', 'a safe integer', describe(seed));
  }
  return rng ?? (seed !== undefined ? new Random(seed) : defaultRandom());
}
