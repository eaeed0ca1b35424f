import type { Block } from '../sequence/block.js';
import type { Prepared } from '../sequence/kernels.js';
import type { Dtype } from '../types.js';
import { kernelsCode } from './binaries/kernels.js';
import { COLUMNS, GEMM, type GemmModule, PLENTY_COLUMNS, PLENTY_ROWS, PREPARE, ROWS } from './gemm-module.js';
import type { WasmMemory } from './memory.js';
import type { Modules, Pair } from './modules.js';
import { shareOf } from './threads/job.js';
import type { Threads } from './threads/threads.js';

/** Rough times in nanoseconds a byte: of a multiplication and addition, of an entry packed. */
const PRODUCT_COST = 0.025;
const PACK_COST = 0.2;
/** Entries of a prepared B below which its products are not worth parting, whatever M is. */
const WORTH_PARTING = 1 << 14;

/** op(B) in parts of whole columns, each prepared by itself, one after the other. */
export interface WasmPrepared extends Prepared {
  readonly blocks: readonly [Block];
  /** Columns of each part but the last. */
  readonly share: number;
  /** From part to part. */
  readonly bytes: number;
}

/** Matrix products by assembly/gemm.ts, on addresses. A split one is cut into columns or rows of C, never along a sum. */
export class Products {
  private readonly sizes: GemmModule;
  private readonly multiply: Pair;
  private readonly pack: Pair;
  private readonly work: number;

  constructor(
    modules: Modules,
    private readonly memory: WasmMemory,
    private readonly threads: Threads,
  ) {
    this.sizes = modules.exports<GemmModule>(kernelsCode);
    this.multiply = modules.pair(kernelsCode, 'gemm');
    this.pack = modules.pair(kernelsCode, 'prepare');
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
    const cost = M * N * K * size * PRODUCT_COST;
    const pool = this.threads.for(cost);
    const { work } = this;
    if (pool === null) {
      routine.call(
        transA,
        transB,
        false,
        M,
        N,
        K,
        a,
        lda * size,
        b,
        ldb * size,
        accumulate,
        c,
        ldc * size,
        work,
      );
      return;
    }
    const { threads } = pool;
    // Columns cost least: every block of B is packed once. With few of them, rows give more even shares.
    const byColumns = N >= threads * PLENTY_COLUMNS || N >= M;
    const share = byColumns
      ? shareOf(N, threads, COLUMNS, PLENTY_COLUMNS)
      : shareOf(M, threads, ROWS, PLENTY_ROWS);
    const steps = new Array<number>(GEMM.length).fill(0);
    if (byColumns) {
      steps[GEMM.b] = share * size * (transB ? ldb : 1);
      steps[GEMM.c] = share * size;
    } else {
      steps[GEMM.a] = share * size * (transA ? 1 : lda);
      steps[GEMM.c] = share * size * ldc;
    }
    pool.run({
      routine,
      total: byColumns ? N : M,
      share,
      values: [
        ...[Number(transA), Number(transB), 0, M, N, K, a, lda * size, b, ldb * size],
        ...[Number(accumulate), c, ldc * size, work],
      ],
      steps,
      countAt: byColumns ? GEMM.N : GEMM.M,
      workAt: GEMM.work,
      cost,
    });
  }

  /** As `SequenceKernels.prepare`, in parts for as many threads as are wanted. */
  prepare(dtype: Dtype, transB: boolean, K: number, N: number, b: number, ldb: number): WasmPrepared {
    const { sizes, threads } = this;
    const size = dtype === 'float32' ? 4 : 8;
    const wide = size === 8;
    const parted = threads.wanted > 1 && K * N >= WORTH_PARTING;
    const share = parted ? shareOf(N, threads.wanted, COLUMNS, PLENTY_COLUMNS) : N;
    const parts = N === 0 ? 1 : Math.ceil(N / share);
    const bytes = sizes.preparedSize(wide, K, share);
    const last = sizes.preparedSize(wide, K, N - (parts - 1) * share);
    const block = this.memory.take(dtype, ((parts - 1) * bytes + last) / size);
    const to = block.pointer(0);
    const routine = this.pack[dtype];
    const cost = K * N * size * PACK_COST;
    const pool = parts > 1 ? threads.for(cost) : null;
    const step = share * size * (transB ? ldb : 1);
    if (pool === null) {
      for (let part = 0; part < parts; part++) {
        const columns = Math.min(share, N - part * share);
        routine.call(transB, K, columns, b + part * step, ldb * size, to + part * bytes);
      }
    } else {
      const values = [Number(transB), K, N, b, ldb * size, to];
      const steps = new Array<number>(PREPARE.length).fill(0);
      steps[PREPARE.b] = step;
      steps[PREPARE.to] = bytes;
      pool.run({ routine, total: N, share, values, steps, countAt: PREPARE.N, workAt: -1, cost });
    }
    return { K, N, blocks: [block], share, bytes };
  }

  /** As `SequenceKernels.gemmPrepared`: by parts where B has several, else by rows. */
  gemmPrepared(
    dtype: Dtype,
    M: number,
    a: number,
    lda: number,
    { K, N, blocks: [packed], share: columns, bytes }: WasmPrepared,
    accumulate: boolean,
    c: number,
    ldc: number,
  ): void {
    const size = dtype === 'float32' ? 4 : 8;
    const routine = this.multiply[dtype];
    const cost = M * N * K * size * PRODUCT_COST;
    const pool = this.threads.for(cost);
    const { work } = this;
    const b = packed.pointer(0);
    if (pool === null) {
      const [ldaBytes, ldcBytes] = [lda * size, ldc * size];
      for (let j = 0, at = b; j < N; j += columns, at += bytes) {
        const n = Math.min(columns, N - j);
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
    const byParts = columns < N;
    const share = byParts ? columns : shareOf(M, pool.threads, ROWS, M);
    const steps = new Array<number>(GEMM.length).fill(0);
    if (byParts) {
      steps[GEMM.b] = bytes;
      steps[GEMM.c] = share * size;
    } else {
      steps[GEMM.a] = share * size * lda;
      steps[GEMM.c] = share * size * ldc;
    }
    pool.run({
      routine,
      total: byParts ? N : M,
      share,
      values: [0, 0, 1, M, N, K, a, lda * size, b, 0, Number(accumulate), c, ldc * size, work],
      steps,
      countAt: byParts ? GEMM.N : GEMM.M,
      workAt: GEMM.work,
      cost,
    });
  }
}
