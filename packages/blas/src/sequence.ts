import type {
  Dtype,
  FloatData,
  Matrix,
  MatrixLayout,
  PackedMatrix,
  PackOptions,
  ProductOptions,
  StepsOperands,
  WasmModule,
} from '@retrograd/kernels';
import {
  ENTRIES_IN_CACHE,
  type ImportOverrides,
  makeScheduler,
  Products,
  type Scheduler,
  WasmLinker,
  type WasmMemory,
  type WasmPacked,
  WasmSequence,
} from '@retrograd/kernels/internal';
import type { Library } from './library.js';
import { addressOf } from './native.js';
import { overrideProducts } from './overrides.js';
import { within } from './products.js';

/** Size and kind of a product: op(A) is (M, K), op(B) (K, N), each at least 1. */
export interface ProductShape {
  readonly dtype: Dtype;
  readonly transA: boolean;
  readonly transB: boolean;
  /** Whether op(B) was packed for many products. */
  readonly packed: boolean;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** Whether the library computes a product, and not WebAssembly. */
export type Decide = (shape: ProductShape) => boolean;

/** A packed operand in both forms. */
interface BlasPacked extends PackedMatrix {
  readonly B: Matrix;
  readonly trans: boolean;
  /** op(B) without gaps, for the library; null where the library reads B itself. */
  readonly dense: WasmPacked | null;
  /** For WebAssembly; null when the library alone is to read it. */
  readonly packed: PackedMatrix | null;
}

/**
 * About how long a multiplication and addition takes in the library, in nanoseconds for each byte of an
 * entry.
 */
const NATIVE_COST = 0.007;

/**
 * The WebAssembly set, whose matrix products a native library computes in the same memory where that is
 * faster. The library computes with one thread. The set's own threads split large products, and each of them
 * calls the library. Threads of the library would spin on the cores that the set's threads need.
 */
export class BlasSequence extends WasmSequence {
  /** Set right after construction. */
  decide!: Decide;
  private readonly native: Products;
  private readonly linked: WasmLinker;
  private readonly scheduler: Scheduler;
  override readonly overrides: ImportOverrides;
  private buffer: ArrayBufferLike | null = null;
  private base = 0;

  /**
   * @param threadsFor number of threads, by what `setThreads` was called with last; null when it never was
   */
  constructor(
    memory: WasmMemory,
    fused: boolean,
    private readonly libraries: Readonly<Record<Dtype, Library | null>>,
    private readonly threadsFor: (asked: number | null) => number,
  ) {
    super(memory, fused);
    this.scheduler = makeScheduler();
    this.overrides = overrideProducts(libraries, () => this.address());
    this.linked = new WasmLinker(memory, fused, this.overrides, this.linker.decoded);
    this.native = new Products(this.linked, this, NATIVE_COST);
  }

  override threadsWanted(asked: number | null): number {
    return this.threadsFor(asked);
  }

  /** Number of threads that the set is to have. */
  get wanted(): number {
    return this.scheduler.wanted(this);
  }

  /** Ends the workers if there should be another number of them. */
  adaptThreads(): void {
    this.scheduler.adapt();
  }

  override multiply(A: Matrix, B: Matrix, C: Matrix, options: ProductOptions = {}): void {
    if (this.chosen(A, B, C, options)) this.native.multiply(A, B, C, options);
    else super.multiply(A, B, C, options);
  }

  /**
   * Packing costs time and memory, and only WebAssembly needs it: B is not packed where the library is faster
   * for the given number of rows. Without that number B is packed, and each product chooses for its own rows.
   */
  override pack(B: Matrix, options: PackOptions = {}): BlasPacked {
    const { trans = false, rows } = options;
    const [K, N] = trans ? [B.columns, B.rows] : [B.rows, B.columns];
    const native = rows !== undefined && this.chosenPacked(B, trans, { rows, columns: K, ld: K });
    // Where B fits a core's cache and there are many rows, each thread reads all of B; else they split its
    // columns.
    const shares =
      native && K * N <= ENTRIES_IN_CACHE && this.scheduler.columnsInPart(this, K, N, rows) === N;
    const dense = shares ? this.densify(B, trans) : null;
    const packed = native ? null : super.pack(B, options);
    const blocks = [...(dense?.blocks ?? []), ...(packed?.blocks ?? [])];
    return { K, N, blocks, B, trans, dense, packed };
  }

  override multiplyPacked(A: Matrix, operand: PackedMatrix, C: Matrix, accumulate: boolean): void {
    const { B, trans, dense, packed } = operand as BlasPacked;
    const options = { transB: trans, accumulate };
    if (this.chosenPacked(B, trans, A, C)) {
      if (dense !== null) this.native.multiplyPacked(A, dense, C, accumulate);
      else this.native.multiply(A, B, C, options);
    } else if (packed !== null) super.multiplyPacked(A, packed, C, accumulate);
    else {
      // B was packed for another number of rows. A product may take no memory, so it reads B unpacked: the
      // bits are the same.
      super.multiply(A, B, C, options);
    }
  }

  /** By a module that calls the library if that computes all products; by ours if it computes none. */
  override steps(code: WasmModule, cost: number, sequence: StepsOperands): boolean {
    const weights = sequence.weights as readonly BlasPacked[];
    const dense = weights.flatMap((each) => each.dense ?? []);
    if (dense.length === weights.length) {
      return this.stepsBy(this.linked, this.native, code, cost, { ...sequence, weights: dense });
    }
    const packed = weights.flatMap((each) => each.packed ?? []);
    return packed.length === weights.length && super.steps(code, cost, { ...sequence, weights: packed });
  }

  /** op(B) without gaps between its rows: B itself, or a copy. */
  private densify(B: Matrix, trans: boolean): WasmPacked {
    const [K, N] = trans ? [B.columns, B.rows] : [B.rows, B.columns];
    const form = { K, N, share: N, bytes: 0 };
    if (!trans && B.ld === N) return { ...form, at: B.block.pointer(B.at), blocks: [] };
    const block = this.take(B.block.dtype, K * N);
    const from = B.block.data.subarray(B.at);
    if (trans) transposeInto(block.data, from, B.ld, K, N);
    else for (let k = 0; k < K; k++) block.data.set(from.subarray(k * B.ld, k * B.ld + N), k * N);
    return { ...form, at: block.pointer(0), blocks: [block] };
  }

  /** Whether the library computes a product. */
  private chosen(A: Matrix, B: Matrix, C: Matrix, options: ProductOptions): boolean {
    const { transA = false, transB = false } = options;
    const { dtype } = C.block;
    if (this.libraries[dtype] === null || !within(A, B, C, options)) return false;
    const K = transA ? A.rows : A.columns;
    return this.decide({ dtype, transA, transB, packed: false, M: C.rows, N: C.columns, K });
  }

  /** Whether the library computes a product A op(B) of a packed B. */
  private chosenPacked(B: Matrix, trans: boolean, A: MatrixLayout, C?: MatrixLayout): boolean {
    const { dtype } = B.block;
    const [K, N] = trans ? [B.columns, B.rows] : [B.rows, B.columns];
    const to = C ?? { rows: A.rows, columns: N, ld: N };
    if (this.libraries[dtype] === null || !within(A, B, to, { transB: trans })) return false;
    return this.decide({ dtype, transA: false, transB: trans, packed: true, M: to.rows, N, K });
  }

  /** Where the memory starts. Shared memory stays in its place; other memory moves when it grows. */
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

/** Rows that are transposed together: one entry of each makes a cache line. */
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
