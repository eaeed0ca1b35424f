import type { Block } from '../sequence/block.js';
import type { Prepared } from '../sequence/kernels.js';
import type { Dtype } from '../types.js';
import { coreCode } from './binaries/core.js';
import { COLUMNS, type GemmModule, PLENTY_COLUMNS } from './gemm-module.js';
import type { WasmMemory } from './memory.js';
import type { Modules, Pair } from './modules.js';
import { shareOf } from './threads/job.js';
import type { Threads } from './threads/threads.js';

/** Rough times in nanoseconds a byte: of a multiplication and addition, of an entry packed. */
const PRODUCT_COST = 0.025;
const PACK_COST = 0.2;
/** Entries of a prepared B below which its products are not worth parting, whatever M is. */
const WORTH_PARTING = 1 << 14;
/** Entries of B that fit a thread's own cache. */
const NEAR = 1 << 17;

/** Rows a thread from which whole sequences are shared by rows, and B is not parted: then each thread goes through all of B. */
const enoughRows = (entries: number): number => (entries > NEAR ? 6 : 2);

/** op(B) in parts of whole columns, each prepared by itself, one after the other. */
export interface WasmPrepared extends Prepared, PreparedLayout {
  readonly blocks: readonly [Block];
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

/** Matrix products by assembly/gemm.ts, on addresses. */
export class Products {
  private readonly sizes: GemmModule;
  private readonly multiply: Pair;
  private readonly pack: Pair;
  /** Address of the caller's work area. */
  readonly work: number;

  constructor(
    modules: Modules,
    private readonly memory: WasmMemory,
    private readonly threads: Threads,
  ) {
    this.sizes = modules.exports<GemmModule>(coreCode);
    this.multiply = modules.pair(coreCode, 'gemm');
    this.pack = modules.pair(coreCode, 'prepare');
    const bytes = this.sizes.workSize();
    this.work = memory.takeBytes(bytes).at;
    threads.provide(bytes, this.work);
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
    const team = this.threads.for(cost);
    const { work } = this;
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
    return M * N * K * (dtype === 'float32' ? 4 : 8) * PRODUCT_COST;
  }

  /** As `SequenceKernels.prepare`, in parts for as many threads as are wanted unless these can share M rows. */
  prepare(dtype: Dtype, transB: boolean, K: number, N: number, b: number, ldb: number, M = 0): WasmPrepared {
    const { sizes, threads } = this;
    const size = dtype === 'float32' ? 4 : 8;
    const wide = size === 8;
    const few = M < threads.wanted * enoughRows(K * N);
    const parted = threads.wanted > 1 && K * N >= WORTH_PARTING && few;
    const share = parted ? shareOf(N, threads.wanted, COLUMNS, PLENTY_COLUMNS) : N;
    const parts = N === 0 ? 1 : Math.ceil(N / share);
    const bytes = sizes.preparedSize(wide, K, share);
    const last = sizes.preparedSize(wide, K, N - (parts - 1) * share);
    const block = this.memory.take(dtype, ((parts - 1) * bytes + last) / size);
    const to = block.pointer(0);
    const routine = this.pack[dtype];
    const cost = K * N * size * PACK_COST;
    const team = parts > 1 ? threads.for(cost) : null;
    const step = share * size * (transB ? ldb : 1);
    if (team === null) {
      for (let part = 0; part < parts; part++) {
        const columns = Math.min(share, N - part * share);
        routine.call(transB, K, columns, b + part * step, ldb * size, to + part * bytes);
      }
    } else {
      team.prepare(routine, [Number(transB), K, N, b, ldb * size, to], { N, share, bytes }, step, cost);
    }
    return { K, N, share, bytes, blocks: [block] };
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
    const { K, N, blocks, share, bytes } = prepared;
    const size = dtype === 'float32' ? 4 : 8;
    const routine = this.multiply[dtype];
    const cost = this.costOf(dtype, M, N, K);
    const team = this.threads.for(cost);
    const { work } = this;
    const b = blocks[0].pointer(0);
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
