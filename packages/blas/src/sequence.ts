import { type Block, type Dtype, type Prepared, type StepsFunction, WasmSequence } from '@retrograd/kernels';
import { addressOf } from './native.js';
import { type Product, type Products, within } from './products.js';

/** How the library is to compute a product, or null when WebAssembly is to. Sizes are at least 1. */
export type Decide = (
  dtype: Dtype,
  transA: boolean,
  transB: boolean,
  prepared: boolean,
  M: number,
  N: number,
  K: number,
) => Products | null;

/** Where a prepared operand lies, with its packed form, which is null when the library alone is to read it. */
interface BlasPrepared extends Prepared {
  readonly packed: Prepared | null;
  readonly transB: boolean;
  readonly B: Block;
  readonly bOffset: number;
  readonly ldb: number;
}

/** The WebAssembly set with its matrix products done by a native library, in the same memory, where that is faster. */
export class BlasSequence extends WasmSequence {
  /** Set right after construction. */
  decide!: Decide;
  private buffer: ArrayBufferLike | null = null;
  private base = 0;

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
    const product = this.chosen(C.dtype, transA, transB, false, M, N, K, lda, ldb, ldc);
    if (product === null) {
      super.gemm(transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc);
      return;
    }
    const base = this.address();
    const [a, b, c] = [base + A.pointer(aOffset), base + B.pointer(bOffset), base + C.pointer(cOffset)];
    product(transA, transB, M, N, K, a, lda, b, ldb, accumulate, c, ldc);
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
    const native = M !== undefined && this.chosen(B.dtype, false, transB, true, M, N, K, K, ldb, N) !== null;
    const packed = native ? null : super.prepare(transB, K, N, B, bOffset, ldb, M);
    return { K, N, blocks: packed?.blocks ?? [], packed, transB, B, bOffset, ldb };
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
    const { K, N, packed, transB, B, bOffset, ldb } = prepared as BlasPrepared;
    const product = this.chosen(C.dtype, false, transB, true, M, N, K, lda, ldb, ldc);
    if (product !== null) {
      const base = this.address();
      const [a, b, c] = [base + A.pointer(aOffset), base + B.pointer(bOffset), base + C.pointer(cOffset)];
      product(false, transB, M, N, K, a, lda, b, ldb, accumulate, c, ldc);
    } else if (packed !== null) {
      super.gemmPrepared(M, A, aOffset, lda, packed, accumulate, C, cOffset, ldc);
    } else {
      // Readied for another number of rows. Packing takes room, which a product must not, so op(B) is read as it lies: same bits.
      super.gemm(false, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc);
    }
  }

  /** Products that the library is to compute are no part of a module's function. */
  override steps(...routine: Parameters<WasmSequence['steps']>): StepsFunction {
    const run = super.steps(...routine);
    return (B, T, H, weights, blocks) => {
      const packed = weights.map((each) => (each as BlasPrepared).packed);
      return packed.every((each) => each !== null) && run(B, T, H, packed, blocks);
    };
  }

  /** The library's product, or null where WebAssembly is to compute. */
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
  ): Product | null {
    if (!within(transA, transB, M, N, K, lda, ldb, ldc)) return null;
    return this.decide(dtype, transA, transB, prepared, M, N, K)?.atAddresses ?? null;
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
