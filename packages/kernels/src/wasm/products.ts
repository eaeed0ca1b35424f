import type { PackedMatrix, PackOptions } from '../sequence/kernels.js';
import type { Matrix, ProductOptions } from '../sequence/matrix.js';
import type { Dtype } from '../types.js';
import { coreCode } from './binaries/core.js';
import type { GemmModule } from './gemm-module.js';
import type { Pair, WasmLinker } from './linker.js';
import type { Sharing } from './threads/sharing.js';

/** Rough time of a multiplication and addition in WebAssembly, in nanoseconds a byte. */
export const WASM_COST = 0.025;

/** op(B) in parts of whole columns, each packed by itself, one after the other. */
export interface WasmPacked extends PackedMatrix, PackedLayout {
  /** Address of the first part. */
  readonly at: number;
}

/** Where the parts of a packed B lie. */
export interface PackedLayout {
  /** Columns of B. */
  readonly N: number;
  /** Columns of each part but the last. */
  readonly share: number;
  /** From part to part. */
  readonly bytes: number;
}

/** Whether a packed B lies in one part. */
export const isWhole = ({ N, share }: WasmPacked): boolean => share >= N;

const bytesOf = (dtype: Dtype): number => (dtype === 'float32' ? 4 : 8);

/** Matrix products by assembly/gemm.ts, or by what replaces it. */
export class Products {
  private readonly sizes: GemmModule;
  private readonly gemm: Pair;
  private readonly prepare: Pair;

  /** @param unitCost about how long a multiplication and addition takes, in nanoseconds a byte */
  constructor(
    linker: WasmLinker,
    private readonly sharing: Sharing,
    private readonly unitCost: number,
  ) {
    this.sizes = linker.exports<GemmModule>(coreCode);
    this.gemm = linker.pair(coreCode, 'gemm');
    this.prepare = linker.pair(coreCode, 'pack');
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
    const team = this.sharing.for(cost);
    const { work } = this.sharing;
    if (team === null) {
      routine.call(transA, transB, false, M, N, K, a, lda, b, ldb, accumulate, c, ldc, work);
      return;
    }
    const flags = [Number(transA), Number(transB), 0];
    const values = [...flags, M, N, K, a, lda, b, ldb, Number(accumulate), c, ldc, work];
    team.multiply(routine, values, size, cost);
  }

  /** About how long a product takes one thread, in nanoseconds. */
  costOf(dtype: Dtype, M: number, N: number, K: number): number {
    return M * N * K * bytesOf(dtype) * this.unitCost;
  }

  /** As `SequenceKernels.pack`, in parts for as many threads as are wanted unless these can share the rows of A. */
  pack(B: Matrix, { trans = false, rows = 0 }: PackOptions): WasmPacked {
    const { sizes, sharing } = this;
    const [K, N] = trans ? [B.columns, B.rows] : [B.rows, B.columns];
    const { dtype } = B.block;
    const size = bytesOf(dtype);
    const share = sharing.threads?.columnsOf(K, N, rows) ?? N;
    const parts = Math.ceil(N / share) || 1;
    const bytes = sizes.packedSize(size === 8, K, share);
    const last = sizes.packedSize(size === 8, K, N - (parts - 1) * share);
    const block = sharing.memory.take(dtype, ((parts - 1) * bytes + last) / size);
    const [b, at] = [addressOf(B), block.pointer(0)];
    const step = share * size * (trans ? B.ld : 1);
    for (let part = 0; part < parts; part++) {
      const columns = Math.min(share, N - part * share);
      this.prepare[dtype].call(trans, K, columns, b + part * step, B.ld * size, at + part * bytes);
    }
    return { K, N, share, bytes, at, blocks: [block] };
  }

  /** As `SequenceKernels.multiplyPacked`: threads take the parts of B where it has several, else rows of A. */
  multiplyPacked(A: Matrix, packed: WasmPacked, C: Matrix, accumulate: boolean): void {
    const { rows: M } = C;
    const { K, N, at: b, share, bytes } = packed;
    const { dtype } = C.block;
    const size = bytesOf(dtype);
    const [a, c] = [addressOf(A), addressOf(C)];
    const [lda, ldc] = [A.ld * size, C.ld * size];
    const routine = this.gemm[dtype];
    const cost = this.costOf(dtype, M, N, K);
    const team = this.sharing.for(cost);
    const { work } = this.sharing;
    if (team === null) {
      for (let j = 0, from = b, to = c; j < N; j += share, from += bytes, to += share * size) {
        const n = Math.min(share, N - j);
        routine.call(false, false, true, M, n, K, a, lda, from, 0, accumulate, to, ldc, work);
      }
      return;
    }
    const values = [0, 0, 1, M, N, K, a, lda, b, 0, Number(accumulate), c, ldc, work];
    team.multiplyPacked(routine, values, packed, size, cost);
  }
}

const addressOf = ({ block, at }: Matrix): number => block.pointer(at);
