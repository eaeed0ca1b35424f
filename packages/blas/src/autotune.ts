import { ENTRIES_IN_CACHE, matrix, tanhOf, withBlocks } from '@retrograd/kernels/internal';
import type { BlasSequence, Decide, ProductShape } from './sequence.js';

/** Multiplications below which a call out of JavaScript costs more than the product itself, or than one inside of a module. */
const SMALL = 1 << 13;
/** Multiplications below which one thread computes a product anyway. */
const SPLIT = 1 << 17;
/** The largest product and the largest matrix that are timed; sizes above are taken to compare as these do. */
const MOST_WORK = 1 << 24;
const MOST_ENTRIES = 1 << 20;
const ROUNDS = 3;
/** Milliseconds that one timing takes at least, far above what the clock can tell apart. */
const SAMPLE = 0.04;
/** Milliseconds of products before the first timing: WebAssembly starts as quickly compiled code and gets faster. */
const WARM = 8;
/** Milliseconds that workers get to come up before the first timing, and entries that are worth waking them for. */
const START = 200;
const ENTRIES = 1 << 17;

/** The size class: 0 for 1, 1 for 2, 2 for 3 and 4, 3 for 5 to 8, ... */
const classOf = (n: number): number => 32 - Math.clz32(n - 1);

/**
 * Whether the WebAssembly kernels or the library computes a product faster, timed once a size class: both on scratch matrices of
 * the next powers of two, with all the threads there are, the best of three rounds each. Products of one class then always go
 * the same way, until the number of threads changes.
 */
export class Autotuner {
  private readonly answers = new Map<number, boolean>();
  private readonly warm = new Set<string>();
  private scratch: BlasSequence | null = null;
  private threads = 0;
  /** Threads that were waited for last. */
  private awaited = 0;

  /** @param make a kernel set to time on: taking room in the one that is used could move what a caller is looking at */
  constructor(private readonly make: () => BlasSequence) {}

  /** Whether the library is faster. */
  readonly decide: Decide = (shape) => {
    const { packed, M, N, K } = shape;
    if (M * N * K < SMALL) return false;
    // A single row waits for a matrix beyond the cache, which the race, with the same matrix every time, would not show. Threads of
    // ours read it from parts of their own, up to twice as fast.
    if (packed && M === 1 && K * N > ENTRIES_IN_CACHE) return false;
    this.scratch ??= this.make();
    const { wanted } = this.scratch;
    if (wanted !== this.threads) {
      this.threads = wanted;
      this.scratch.adaptThreads();
      this.answers.clear();
    }
    const key = keyOf(shape);
    let answer = this.answers.get(key);
    if (answer === undefined) {
      answer = this.race(this.scratch, shape);
      this.answers.set(key, answer);
    }
    return answer;
  };

  /** Times the product of the shape's size class both ways. */
  private race(sequence: BlasSequence, shape: ProductShape): boolean {
    const { dtype, transA, transB, packed } = shape;
    const [M, N, K] = shrink(classOf(shape.M), classOf(shape.N), classOf(shape.K));
    if (M * N * K >= SPLIT) this.awaitWorkers(sequence);
    return withBlocks(sequence, dtype, { a: M * K, b: K * N, c: M * N }, ({ a, b, c }) => {
      for (const { data } of [a, b]) data.fill(0.5);
      const A = transA ? matrix(a, K, M) : matrix(a, M, K);
      const B = transB ? matrix(b, N, K) : matrix(b, K, N);
      const C = matrix(c, M, N);
      const [ours, native] = [false, true].map((library) => {
        sequence.decide = () => library;
        const operand = packed ? sequence.pack(B, { trans: transB, rows: M }) : null;
        const run = () => {
          sequence.decide = () => library;
          if (operand) sequence.multiplyPacked(A, operand, C, false);
          else sequence.multiply(A, B, C, { transA, transB });
        };
        return { run, blocks: operand?.blocks ?? [] };
      });
      try {
        this.warmUp(`${dtype} ${M > 1}`, ours.run);
        return indexOfFastest([ours.run, native.run]) === 1;
      } finally {
        for (const block of [...ours.blocks, ...native.blocks]) sequence.give(block);
      }
    });
  }

  /** The first products of a kind are run untimed. */
  private warmUp(kind: string, run: () => void): void {
    if (this.warm.has(kind)) return;
    this.warm.add(kind);
    const end = performance.now() + WARM;
    while (performance.now() < end) run();
  }

  /** Has the scratch memory's workers come up, if they do in time. */
  private awaitWorkers(sequence: BlasSequence): void {
    if (sequence.threads >= sequence.wanted || this.awaited === sequence.wanted) return;
    this.awaited = sequence.wanted;
    withBlocks(sequence, 'float32', { x: ENTRIES }, ({ x }) => {
      x.data.fill(0.5);
      const end = performance.now() + START;
      do tanhOf(sequence, ENTRIES, x, 0);
      while (sequence.threads < sequence.wanted && performance.now() < end);
    });
  }
}

/** One number for all shapes of a kind and size class. */
function keyOf({ dtype, transA, transB, packed, M, N, K }: ProductShape): number {
  const kind = (dtype === 'float32' ? 8 : 0) + (transA ? 4 : 0) + (transB ? 2 : 0) + (packed ? 1 : 0);
  return ((kind * 32 + classOf(M)) * 32 + classOf(N)) * 32 + classOf(K);
}

/** Sizes by class, the largest one halved until the product is quickly computed. */
function shrink(...classes: [number, number, number]): [number, number, number] {
  for (;;) {
    const [M, N, K] = classes.map((c) => 2 ** c);
    if (M * N * K <= MOST_WORK && Math.max(M * K, K * N, M * N) <= MOST_ENTRIES) return [M, N, K];
    classes[classes.indexOf(Math.max(...classes))]--;
  }
}

/** Index of the fastest of some functions. */
function indexOfFastest(functions: readonly (() => void)[]): number {
  const times = functions.map((fn) => {
    fn();
    const repeats = Math.ceil(SAMPLE / Math.max(timeOf(fn, 1), 1e-4));
    let best = Infinity;
    for (let round = 0; round < ROUNDS; round++) best = Math.min(best, timeOf(fn, repeats) / repeats);
    return best;
  });
  return times.indexOf(Math.min(...times));
}

function timeOf(fn: () => void, repeats: number): number {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) fn();
  return performance.now() - start;
}
