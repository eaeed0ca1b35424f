import { type Block, type Dtype, type LoadedWasm, loadWasm, withBlocks } from '@retrograd/kernels';
import { addressOf } from './native.js';
import type { Product } from './products.js';

/** Multiplications below which a call out of JavaScript costs more than the product itself. */
const SMALL = 1 << 10;
/** The largest product and the largest matrix that are timed; sizes above are taken to compare as these do. */
const MOST_WORK = 1 << 24;
const MOST_ENTRIES = 1 << 20;
const ROUNDS = 3;
/** Milliseconds that one timing takes at least, far above what the clock can tell apart. */
const SAMPLE = 0.04;
/** Milliseconds of products before the first timing: WebAssembly starts as quickly compiled code and gets faster. */
const WARM = 8;

/** The size class: 0 for 1, 1 for 2, 2 for 3 and 4, 3 for 5 to 8, ... */
const classOf = (n: number): number => 32 - Math.clz32(n - 1);

/**
 * Whether the library or the WebAssembly kernels compute a product faster, timed once a size class: both on scratch matrices
 * of the next powers of two, in turn, the best of three rounds each. Products of one class then always go the same way until
 * the process ends.
 */
export class Choice {
  private readonly answers = new Map<number, boolean>();
  private readonly warm = new Set<string>();
  private scratch: LoadedWasm | null = null;

  constructor(
    private readonly relaxed: boolean,
    private readonly product: (dtype: Dtype) => Product | null,
  ) {}

  /** @param prepared whether the WebAssembly kernels would find op(B) packed */
  prefersLibrary(
    dtype: Dtype,
    transA: boolean,
    transB: boolean,
    prepared: boolean,
    M: number,
    N: number,
    K: number,
  ): boolean {
    if (M * N * K < SMALL) return false;
    const way = (dtype === 'float32' ? 8 : 0) + (transA ? 4 : 0) + (transB ? 2 : 0) + (prepared ? 1 : 0);
    const key = ((way * 32 + classOf(M)) * 32 + classOf(N)) * 32 + classOf(K);
    let answer = this.answers.get(key);
    if (answer === undefined) {
      answer = this.race(dtype, transA, transB, prepared, classOf(M), classOf(N), classOf(K));
      this.answers.set(key, answer);
    }
    return answer;
  }

  /** Forgets all timings: the library has another number of threads now. */
  reset(): void {
    this.answers.clear();
  }

  private race(
    dtype: Dtype,
    transA: boolean,
    transB: boolean,
    prepared: boolean,
    m: number,
    n: number,
    k: number,
  ): boolean {
    const product = this.product(dtype);
    if (product === null) return false;
    const [M, N, K] = shrink(m, n, k);
    // A memory of its own: taking room in the set's memory could move what a caller is looking at.
    this.scratch ??= loadWasm(this.relaxed);
    const { sequence } = this.scratch!;
    return withBlocks(sequence, dtype, { a: M * K, b: K * N, c: M * N }, ({ a, b, c }) => {
      for (const { data } of [a, b]) data.fill(0.5);
      const [lda, ldb] = [transA ? M : K, transB ? K : N];
      const packed = prepared ? sequence.prepare(transB, K, N, b, 0, ldb) : null;
      const base = addressOf(c.data.buffer);
      const at = (block: Block) => base + block.pointer(0);
      const library = () => product(transA, transB, M, N, K, at(a), lda, at(b), ldb, false, at(c), N);
      const wasm = () => {
        if (packed) sequence.gemmPrepared(M, a, 0, lda, packed, false, c, 0, N);
        else sequence.gemm(transA, transB, M, N, K, a, 0, lda, b, 0, ldb, false, c, 0, N);
      };
      try {
        this.warmUp(`${dtype} ${M > 1}`, wasm);
        return faster(library, wasm);
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
}

/** Sizes by class, the largest one halved until the product is quickly computed. */
function shrink(...classes: [number, number, number]): [number, number, number] {
  for (;;) {
    const [M, N, K] = classes.map((c) => 2 ** c);
    if (M * N * K <= MOST_WORK && Math.max(M * K, K * N, M * N) <= MOST_ENTRIES) return [M, N, K];
    classes[classes.indexOf(Math.max(...classes))]--;
  }
}

/** Whether the first of two functions is the faster one. */
function faster(first: () => void, second: () => void): boolean {
  first();
  const repeats = Math.ceil(SAMPLE / Math.max(timeOf(first, 1), 1e-4));
  let [one, two] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) {
    one = Math.min(one, timeOf(first, repeats));
    two = Math.min(two, timeOf(second, repeats));
  }
  return one < two;
}

function timeOf(fn: () => void, repeats: number): number {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) fn();
  return performance.now() - start;
}
