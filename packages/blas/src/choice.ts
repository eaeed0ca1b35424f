import {
  type Block,
  type Dtype,
  type LoadedWasm,
  loadWasm,
  type SequenceKernels,
  tanhOf,
  threadsAsked,
  withBlocks,
} from '@retrograd/kernels';
import { addressOf } from './native.js';
import type { Products } from './products.js';
import { SPIN } from './ways.js';

/** Multiplications below which a call out of JavaScript costs more than the product itself, or than one inside of a module. */
const SMALL = 1 << 13;
/** Multiplications below which the WebAssembly kernels use one thread anyway. */
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
 * Who computes a product fastest, the WebAssembly kernels or the library with one thread or all of its own, timed once a size
 * class: all on scratch matrices of the next powers of two, the best of three rounds each. Products of one class then always
 * go the same way, until the numbers of threads change.
 */
export class Choice {
  private readonly answers = new Map<number, Products | null>();
  private readonly warm = new Set<string>();
  private scratch: LoadedWasm | null = null;
  private workersAwaited = false;

  /** @param ways how the library can compute a product of a dtype, fewest threads first */
  constructor(
    private readonly relaxed: boolean,
    private readonly ways: (dtype: Dtype) => readonly Products[],
  ) {}

  /**
   * @param prepared whether the WebAssembly kernels would find op(B) packed
   * @returns null for the WebAssembly kernels
   */
  fastest(
    dtype: Dtype,
    transA: boolean,
    transB: boolean,
    prepared: boolean,
    M: number,
    N: number,
    K: number,
  ): Products | null {
    if (M * N * K < SMALL) return null;
    const way = (dtype === 'float32' ? 8 : 0) + (transA ? 4 : 0) + (transB ? 2 : 0) + (prepared ? 1 : 0);
    const key = ((way * 32 + classOf(M)) * 32 + classOf(N)) * 32 + classOf(K);
    let answer = this.answers.get(key);
    if (answer === undefined) {
      answer = this.race(dtype, transA, transB, prepared, classOf(M), classOf(N), classOf(K));
      this.answers.set(key, answer);
    }
    return answer;
  }

  /** Forgets all timings: the library or the WebAssembly kernels have another number of threads now. */
  reset(): void {
    this.answers.clear();
    this.workersAwaited = false;
  }

  private race(
    dtype: Dtype,
    transA: boolean,
    transB: boolean,
    prepared: boolean,
    m: number,
    n: number,
    k: number,
  ): Products | null {
    const ways = this.ways(dtype);
    if (ways.length === 0) return null;
    const [M, N, K] = shrink(m, n, k);
    // A memory of its own: taking room in the set's memory could move what a caller is looking at.
    this.scratch ??= loadWasm(this.relaxed);
    const { sequence } = this.scratch!;
    const splits = sequence.memory.shared && (threadsAsked() ?? 1) > 1 && M * N * K >= SPLIT;
    if (splits) this.awaitWorkers(sequence);
    return withBlocks(sequence, dtype, { a: M * K, b: K * N, c: M * N }, ({ a, b, c }) => {
      for (const { data } of [a, b]) data.fill(0.5);
      const [lda, ldb] = [transA ? M : K, transB ? K : N];
      const packed = prepared ? sequence.prepare(transB, K, N, b, 0, ldb) : null;
      const base = addressOf(c.data.buffer);
      const at = (block: Block) => base + block.pointer(0);
      const wasm = () => {
        if (packed) sequence.gemmPrepared(M, a, 0, lda, packed, false, c, 0, N);
        else sequence.gemm(transA, transB, M, N, K, a, 0, lda, b, 0, ldb, false, c, 0, N);
      };
      const library = ({ atAddresses }: Products) => {
        return () => atAddresses(transA, transB, M, N, K, at(a), lda, at(b), ldb, false, at(c), N);
      };
      try {
        // A thread that spins after an earlier product of the library would have a core that a worker needs.
        if (splits) sleep(SPIN);
        this.warmUp(`${dtype} ${M > 1}`, wasm);
        const winner = indexOfFastest([wasm, ...ways.map(library)]);
        return winner === 0 ? null : ways[winner - 1];
      } finally {
        for (const block of packed?.blocks ?? []) sequence.give(block);
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
  private awaitWorkers(sequence: SequenceKernels): void {
    if (this.workersAwaited) return;
    this.workersAwaited = true;
    withBlocks(sequence, 'float32', { x: ENTRIES }, ({ x }) => {
      x.data.fill(0.5);
      const end = performance.now() + START;
      do tanhOf(sequence, ENTRIES, x, 0);
      while (sequence.threads < (threadsAsked() ?? 1) && performance.now() < end);
    });
  }
}

/** Sizes by class, the largest one halved until the product is quickly computed. */
function shrink(...classes: [number, number, number]): [number, number, number] {
  for (;;) {
    const [M, N, K] = classes.map((c) => 2 ** c);
    if (M * N * K <= MOST_WORK && Math.max(M * K, K * N, M * N) <= MOST_ENTRIES) return [M, N, K];
    classes[classes.indexOf(Math.max(...classes))]--;
  }
}

/**
 * Index of the fastest of some functions. One has all its rounds before the next, so that threads which the later ones leave
 * spinning do not disturb the earlier ones.
 */
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

const nobody = new Int32Array(new SharedArrayBuffer(4));
const sleep = (milliseconds: number) => void Atomics.wait(nobody, 0, 0, milliseconds);
