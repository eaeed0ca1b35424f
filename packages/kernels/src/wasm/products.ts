import type { Prepared } from '../sequence/kernels.js';
import type { Dtype } from '../types.js';
import { coreCode } from './binaries/core.js';
import type { GemmModule } from './gemm-module.js';
import type { Modules, Pair } from './modules.js';
import type { Sharing } from './threads/sharing.js';

/** Rough time of a multiplication and addition in WebAssembly, in nanoseconds a byte. */
export const WASM_COST = 0.025;

/** op(B) in parts of whole columns, each prepared by itself, one after the other. */
export interface WasmPrepared extends Prepared, PreparedLayout {
  /** Address of the first part. */
  readonly at: number;
}

/** Where the parts of a prepared B lie. */
export interface PreparedLayout {
  /** Columns of B. */
  readonly N: number;
  /** Columns of each part but the last. */
  readonly share: number;
  /** From part to part. */
  readonly bytes: number;
}

/** Whether a prepared B lies in one part. */
export const isWhole = ({ N, share }: WasmPrepared): boolean => share >= N;

/** Matrix products by assembly/gemm.ts, or by what replaces it, on addresses. */
export class Products {
  private readonly sizes: GemmModule;
  private readonly multiply: Pair;
  private readonly pack: Pair;

  /** @param unitCost about how long a multiplication and addition takes, in nanoseconds a byte */
  constructor(
    modules: Modules,
    private readonly sharing: Sharing,
    private readonly unitCost: number,
  ) {
    this.sizes = modules.exports<GemmModule>(coreCode);
    this.multiply = modules.pair(coreCode, 'gemm');
    this.pack = modules.pair(coreCode, 'prepare');
  }

  /** As `SequenceKernels.gemm`. */
  gemm(
    dtype: Dtype,
    transA: boolean,
    transB: boolean,
    M: number,
    N: number,
    K: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    accumulate: boolean,
    c: number,
    ldc: number,
  ): void {
    const size = dtype === 'float32' ? 4 : 8;
    const routine = this.multiply[dtype];
    const cost = this.costOf(dtype, M, N, K);
    const team = this.sharing.for(cost);
    const { work } = this.sharing;
    const [ldaBytes, ldbBytes, ldcBytes] = [lda * size, ldb * size, ldc * size];
    if (team === null) {
      routine.call(transA, transB, false, M, N, K, a, ldaBytes, b, ldbBytes, accumulate, c, ldcBytes, work);
      return;
    }
    const flags = [Number(transA), Number(transB), 0];
    const values = [...flags, M, N, K, a, ldaBytes, b, ldbBytes, Number(accumulate), c, ldcBytes, work];
    team.multiply(routine, values, size, cost);
  }

  /** About how long a product takes one thread, in nanoseconds. */
  costOf(dtype: Dtype, M: number, N: number, K: number): number {
    return M * N * K * (dtype === 'float32' ? 4 : 8) * this.unitCost;
  }

  /** As `SequenceKernels.prepare`, in parts for as many threads as are wanted unless these can share M rows. */
  prepare(dtype: Dtype, transB: boolean, K: number, N: number, b: number, ldb: number, M = 0): WasmPrepared {
    const { sizes, sharing } = this;
    const size = dtype === 'float32' ? 4 : 8;
    const share = sharing.threads?.columnsOf(K, N, M) ?? N;
    const parts = Math.ceil(N / share) || 1;
    const bytes = sizes.preparedSize(size === 8, K, share);
    const last = sizes.preparedSize(size === 8, K, N - (parts - 1) * share);
    const block = sharing.memory.take(dtype, ((parts - 1) * bytes + last) / size);
    const at = block.pointer(0);
    const step = share * size * (transB ? ldb : 1);
    for (let part = 0; part < parts; part++) {
      const columns = Math.min(share, N - part * share);
      this.pack[dtype].call(transB, K, columns, b + part * step, ldb * size, at + part * bytes);
    }
    return { K, N, share, bytes, at, blocks: [block] };
  }

  /** As `SequenceKernels.gemmPrepared`: by parts where B has several, else by rows. */
  gemmPrepared(
    dtype: Dtype,
    M: number,
    a: number,
    lda: number,
    prepared: WasmPrepared,
    accumulate: boolean,
    c: number,
    ldc: number,
  ): void {
    const { K, N, at: b, share, bytes } = prepared;
    const size = dtype === 'float32' ? 4 : 8;
    const routine = this.multiply[dtype];
    const cost = this.costOf(dtype, M, N, K);
    const team = this.sharing.for(cost);
    const { work } = this.sharing;
    const [ldaBytes, ldcBytes] = [lda * size, ldc * size];
    if (team === null) {
      for (let j = 0, at = b; j < N; j += share, at += bytes) {
        const n = Math.min(share, N - j);
        routine.call(
          false,
          false,
          true,
          M,
          n,
          K,
          a,
          ldaBytes,
          at,
          0,
          accumulate,
          c + j * size,
          ldcBytes,
          work,
        );
      }
      return;
    }
    const values = [0, 0, 1, M, N, K, a, ldaBytes, b, 0, Number(accumulate), c, ldcBytes, work];
    team.multiplyPrepared(routine, values, prepared, size, cost);
  }
}
