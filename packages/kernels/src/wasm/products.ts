import type { PackedMatrix, PackOptions } from '../sequence/kernels.js';
import type { Matrix, ProductOptions } from '../sequence/matrix.js';
import type { Dtype } from '../types.js';
import { coreCode } from './binaries/core.js';
import type { GemmModule, PackedLayout } from './gemm-module.js';
import type { Pair, WasmLinker } from './linker.js';
import { currentScheduler, partitionerFor } from './threads/current.js';
import type { ThreadedSet } from './threads/threaded-set.js';

/**
 * About how long a multiplication and addition takes in WebAssembly, in nanoseconds for each byte of an
 * entry.
 */
export const WASM_COST = 0.025;

/** op(B) in parts of whole columns, each packed by itself, one after the other. */
export interface WasmPacked extends PackedMatrix, PackedLayout {
  /** Address of the first part. */
  readonly at: number;
}

/** Whether a packed B lies in one part. */
export const isWhole = ({ N, share }: WasmPacked): boolean => share >= N;

const bytesOf = (dtype: Dtype): number => (dtype === 'float32' ? 4 : 8);

/** Matrix products by assembly/gemm.ts, or by the functions that override it. */
export class Products {
  private readonly sizes: GemmModule;
  private readonly gemm: Pair;
  private readonly packPart: Pair;

  /**
   * @param unitCost about how long a multiplication and addition takes, in nanoseconds for each byte of an
   *                 entry
   */
  constructor(
    linker: WasmLinker,
    private readonly set: ThreadedSet,
    private readonly unitCost: number,
  ) {
    this.sizes = linker.exports<GemmModule>(coreCode);
    this.gemm = linker.pair(coreCode, 'gemm');
    this.packPart = linker.pair(coreCode, 'pack');
  }

  /** As `SequenceKernels.multiply`. */
  multiply(A: Matrix, B: Matrix, C: Matrix, options: ProductOptions): void {
    const { transA = false, transB = false, accumulate = false } = options;
    const { rows: M, columns: N } = C;
    const K = transA ? A.rows : A.columns;
    const { dtype } = C.block;
    const size = bytesOf(dtype);
    const [a, b, c] = [addressOf(A), addressOf(B), addressOf(C)];
    const [lda, ldb, ldc] = [A.ld * size, B.ld * size, C.ld * size];
    const routine = this.gemm[dtype];
    const cost = this.costOf(dtype, M, N, K);
    const partitioner = partitionerFor(this.set, cost);
    const { work } = this.set;
    if (partitioner === null) {
      routine.call(transA, transB, false, M, N, K, a, lda, b, ldb, accumulate, c, ldc, work);
      return;
    }
    const flags = [Number(transA), Number(transB), 0];
    const values = [...flags, M, N, K, a, lda, b, ldb, Number(accumulate), c, ldc, work];
    partitioner.multiply(routine, values, size, cost);
  }

  /** About how long a product takes one thread, in nanoseconds. */
  costOf(dtype: Dtype, M: number, N: number, K: number): number {
    return M * N * K * bytesOf(dtype) * this.unitCost;
  }

  /**
   * As `SequenceKernels.pack`: in one part for each thread, unless A has enough rows for the threads to split
   * those.
   */
  pack(B: Matrix, { trans = false, rows = 0 }: PackOptions): WasmPacked {
    const { sizes, set } = this;
    const [K, N] = trans ? [B.columns, B.rows] : [B.rows, B.columns];
    const { dtype } = B.block;
    const size = bytesOf(dtype);
    const share = currentScheduler()?.columnsInPart(set, K, N, rows) ?? N;
    const parts = Math.ceil(N / share) || 1;
    const bytes = sizes.packedSize(size === 8, K, share);
    const last = sizes.packedSize(size === 8, K, N - (parts - 1) * share);
    const block = set.memory.take(dtype, ((parts - 1) * bytes + last) / size);
    const [b, at] = [addressOf(B), block.pointer(0)];
    const step = share * size * (trans ? B.ld : 1);
    for (let part = 0; part < parts; part++) {
      const columns = Math.min(share, N - part * share);
      this.packPart[dtype].call(trans, K, columns, b + part * step, B.ld * size, at + part * bytes);
    }
    return { K, N, share, bytes, at, blocks: [block] };
  }

  /**
   * As `SequenceKernels.multiplyPacked`. Threads split the parts of B if it has several, else the rows of A.
   */
  multiplyPacked(A: Matrix, packed: WasmPacked, C: Matrix, accumulate: boolean): void {
    const { rows: M } = C;
    const { K, N, at: b, share, bytes } = packed;
    const { dtype } = C.block;
    const size = bytesOf(dtype);
    const [a, c] = [addressOf(A), addressOf(C)];
    const [lda, ldc] = [A.ld * size, C.ld * size];
    const routine = this.gemm[dtype];
    const cost = this.costOf(dtype, M, N, K);
    const partitioner = partitionerFor(this.set, cost);
    const { work } = this.set;
    if (partitioner === null) {
      for (let j = 0, from = b, to = c; j < N; j += share, from += bytes, to += share * size) {
        const n = Math.min(share, N - j);
        routine.call(false, false, true, M, n, K, a, lda, from, 0, accumulate, to, ldc, work);
      }
      return;
    }
    const values = [0, 0, 1, M, N, K, a, lda, b, 0, Number(accumulate), c, ldc, work];
    partitioner.multiplyPacked(routine, values, packed, size, cost);
  }
}

const addressOf = ({ block, at }: Matrix): number => block.pointer(at);
