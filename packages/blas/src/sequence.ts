import type { Block, Dtype, FloatData, Prepared, StepsFunction } from '@retrograd/kernels';
import {
  Modules,
  NEAR,
  Products,
  Threads,
  type WasmMemory,
  type WasmPrepared,
  WasmSequence,
} from '@retrograd/kernels/internal';
import { replaceProducts } from './core.js';
import type { Library } from './library.js';
import { addressOf } from './native.js';
import { within } from './products.js';

/** Whether the library is to compute a product, and not WebAssembly. Sizes are at least 1. */
export type Decide = (
  dtype: Dtype,
  transA: boolean,
  transB: boolean,
  prepared: boolean,
  M: number,
  N: number,
  K: number,
) => boolean;

/** Where a prepared operand lies, and what there is of it in other forms. */
interface BlasPrepared extends Prepared {
  readonly transB: boolean;
  readonly B: Block;
  readonly bOffset: number;
  readonly ldb: number;
  /** op(B) without gaps, for the library; null where the library reads it as it lies. */
  readonly dense: WasmPrepared | null;
  /** For WebAssembly; null when the library alone is to read it. */
  readonly packed: Prepared | null;
}

/** About how long the library takes for a multiplication and addition, in nanoseconds a byte. */
const NATIVE_COST = 0.007;

/**
 * The WebAssembly set with its matrix products done by a native library, in the same memory, where that is faster. The library
 * computes with one thread: what is large is shared by the set's own threads, each of which calls it. Threads of the library
 * would spin on the cores that these need.
 */
export class BlasSequence extends WasmSequence {
  /** Set right after construction. */
  decide!: Decide;
  private readonly native: Products;
  private readonly linked: Modules;
  private readonly team: Threads;
  private buffer: ArrayBufferLike | null = null;
  private base = 0;

  /** @param wanted how many threads are to share the work */
  constructor(
    memory: WasmMemory,
    fused: boolean,
    private readonly libraries: Readonly<Record<Dtype, Library | null>>,
    wanted: () => number,
  ) {
    super(memory, fused);
    const replacement = replaceProducts(libraries, () => this.address());
    this.team = new Threads(this.sharing, replacement, wanted);
    this.sharing.threads = this.team;
    this.linked = new Modules(memory, fused, replacement, this.modules.decoded);
    this.native = new Products(this.linked, this.sharing, NATIVE_COST);
  }

  /** Threads that are to share the work. */
  get wanted(): number {
    return this.team.wanted;
  }

  /** Ends the threads when their number is not the one that is wanted. */
  adaptThreads(): void {
    this.team.adapt();
  }

  override gemm(
    transA: boolean,
    transB: boolean,
    M: number,
    N: number,
    K: number,
    A: Block,
    aOffset: number,
    lda: number,
    B: Block,
    bOffset: number,
    ldb: number,
    accumulate: boolean,
    C: Block,
    cOffset: number,
    ldc: number,
  ): void {
    if (!this.chosen(C.dtype, transA, transB, false, M, N, K, lda, ldb, ldc)) {
      super.gemm(transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc);
      return;
    }
    const [a, b, c] = [A.pointer(aOffset), B.pointer(bOffset), C.pointer(cOffset)];
    this.native.gemm(C.dtype, transA, transB, M, N, K, a, lda, b, ldb, accumulate, c, ldc);
  }

  /**
   * Packing costs time and room, and only WebAssembly needs it: it is left out where the library is faster for M rows. Without M
   * both forms are ready, and each product chooses by its own number of rows.
   */
  override prepare(
    transB: boolean,
    K: number,
    N: number,
    B: Block,
    bOffset: number,
    ldb: number,
    M?: number,
  ): BlasPrepared {
    const native = M !== undefined && this.chosen(B.dtype, false, transB, true, M, N, K, K, ldb, N);
    // Each thread goes through all of B for rows of its own where B fits its cache, and rows are many; else they share columns.
    const shares = native && K * N <= NEAR && this.team.columnsOf(K, N, M) === N;
    const dense = shares ? this.densify(transB, K, N, B, bOffset, ldb) : null;
    const packed = native ? null : super.prepare(transB, K, N, B, bOffset, ldb, M);
    const blocks = [...(dense?.blocks ?? []), ...(packed?.blocks ?? [])];
    return { K, N, blocks, transB, B, bOffset, ldb, dense, packed };
  }

  override gemmPrepared(
    M: number,
    A: Block,
    aOffset: number,
    lda: number,
    prepared: Prepared,
    accumulate: boolean,
    C: Block,
    cOffset: number,
    ldc: number,
  ): void {
    const { K, N, transB, B, bOffset, ldb, dense, packed } = prepared as BlasPrepared;
    const [a, c] = [A.pointer(aOffset), C.pointer(cOffset)];
    if (this.chosen(C.dtype, false, transB, true, M, N, K, lda, ldb, ldc)) {
      if (dense !== null) this.native.gemmPrepared(C.dtype, M, a, lda, dense, accumulate, c, ldc);
      else {
        const b = B.pointer(bOffset);
        this.native.gemm(C.dtype, false, transB, M, N, K, a, lda, b, ldb, accumulate, c, ldc);
      }
    } else if (packed !== null) {
      super.gemmPrepared(M, A, aOffset, lda, packed, accumulate, C, cOffset, ldc);
    } else {
      // Readied for another number of rows. Packing takes room, which a product must not, so op(B) is read as it lies: same bits.
      super.gemm(false, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc);
    }
  }

  /** By a module that is linked to the library where it computes all the products, by ours where it computes none. */
  override steps(...routine: Parameters<WasmSequence['steps']>): StepsFunction {
    const ours = super.steps(...routine);
    const native = this.stepsBy(this.linked, this.native, ...routine);
    return (B, T, H, weights, blocks) => {
      const prepared = weights as readonly BlasPrepared[];
      const dense = prepared.flatMap((each) => each.dense ?? []);
      if (dense.length === weights.length) return native(B, T, H, dense, blocks);
      const packed = prepared.flatMap((each) => each.packed ?? []);
      return packed.length === weights.length && ours(B, T, H, packed, blocks);
    };
  }

  /** op(B) without gaps between its rows: B itself, or a copy. */
  private densify(
    transB: boolean,
    K: number,
    N: number,
    B: Block,
    bOffset: number,
    ldb: number,
  ): WasmPrepared {
    const form = { K, N, share: N, bytes: 0 };
    if (!transB && ldb === N) return { ...form, at: B.pointer(bOffset), blocks: [] };
    const block = this.take(B.dtype, K * N);
    const from = B.data.subarray(bOffset);
    if (transB) transposeInto(block.data, from, ldb, K, N);
    else for (let k = 0; k < K; k++) block.data.set(from.subarray(k * ldb, k * ldb + N), k * N);
    return { ...form, at: block.pointer(0), blocks: [block] };
  }

  /** Whether the library computes a product. */
  private chosen(
    dtype: Dtype,
    transA: boolean,
    transB: boolean,
    prepared: boolean,
    M: number,
    N: number,
    K: number,
    lda: number,
    ldb: number,
    ldc: number,
  ): boolean {
    if (this.libraries[dtype] === null || !within(transA, transB, M, N, K, lda, ldb, ldc)) return false;
    return this.decide(dtype, transA, transB, prepared, M, N, K);
  }

  /** Where the memory starts. Shared memory stays where it is; other memory is another buffer once it has grown. */
  private address(): number {
    if (this.buffer !== null && this.memory.shared) return this.base;
    const { buffer } = this.memory;
    if (buffer !== this.buffer) {
      this.buffer = buffer;
      this.base = addressOf(buffer);
    }
    return this.base;
  }
}

/** Rows that are transposed together: their entries in a column fill a cache line. */
const ROWS = 16;

/** Sets `to` (K, N) to the transpose of `from` (N, K), whose rows are `ld` entries apart. */
function transposeInto(to: FloatData, from: FloatData, ld: number, K: number, N: number): void {
  for (let first = 0; first < N; first += ROWS) {
    const last = Math.min(first + ROWS, N);
    for (let k = 0; k < K; k++) {
      for (let n = first; n < last; n++) to[k * N + n] = from[n * ld + k];
    }
  }
}
