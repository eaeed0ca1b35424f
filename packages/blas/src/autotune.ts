import { ENTRIES_IN_CACHE, matrix, tanhOf, withBlocks } from '@retrograd/kernels/internal';
import type { BlasSequence, Decide, ProductShape } from './sequence.js';

/** Multiplications below which calling the library costs more than the product itself. */
const SMALL = 1 << 13;
/** Multiplications from which threads may split a product. */
const SPLIT = 1 << 17;
/** The largest product and the largest matrix that are timed. They stand for everything larger. */
const MOST_WORK = 1 << 24;
const MOST_ENTRIES = 1 << 20;
const ROUNDS = 3;
/** Milliseconds that a timing takes at least, far above the resolution of the clock. */
const SAMPLE = 0.04;
/** Milliseconds of products before the first timing: the engine runs WebAssembly unoptimized at first. */
const WARM = 8;
/**
 * Milliseconds that workers get to come up before the first timing, and entries that are worth waking them.
 */
const START = 200;
const ENTRIES = 1 << 17;

/** The size class: 0 for 1, 1 for 2, 2 for 3 and 4, 3 for 5 to 8, ... */
const classOf = (n: number): number => 32 - Math.clz32(n - 1);

/**
 * Finds out whether the WebAssembly kernels or the library computes a product faster. Each size class is
 * timed once: both on scratch matrices whose sizes are the next powers of two, with all threads, the best of
 * three rounds. All products of the class then go to the faster one, until the number of threads changes.
 */
export class Autotuner {
  private readonly answers = new Map<number, boolean>();
  private readonly warm = new Set<string>();
  private scratch: BlasSequence | null = null;
  private threads = 0;
  /** The number of threads that was last waited for. */
  private awaited = 0;

  /**
   * @param make makes a kernel set for the timing: taking memory from the set in use could move data that a
   *             caller reads
   */
  constructor(private readonly make: () => BlasSequence) {}

  /** Whether the library is faster. */
  readonly decide: Decide = (shape) => {
    const { packed, M, N, K } = shape;
    if (M * N * K < SMALL) return false;
    // The time of a single row is that of reading B from memory, which a race on the same B every time would
    // not show. Our own threads each read a part of B, up to twice as fast.
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

  /** The first products of each kind run without being timed. */
  private warmUp(kind: string, run: () => void): void {
    if (this.warm.has(kind)) return;
    this.warm.add(kind);
    const end = performance.now() + WARM;
    while (performance.now() < end) run();
  }

  /** Waits for the workers of the scratch set to come up, but not for long. */
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

/** The same number for all shapes of a kind and size class. */
function keyOf({ dtype, transA, transB, packed, M, N, K }: ProductShape): number {
  const kind = (dtype === 'float32' ? 8 : 0) + (transA ? 4 : 0) + (transB ? 2 : 0) + (packed ? 1 : 0);
  return ((kind * 32 + classOf(M)) * 32 + classOf(N)) * 32 + classOf(K);
}

/** The sizes of classes, the largest one halved until the product can be computed quickly. */
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
