import {
  BLOCK_COLUMNS,
  BLOCK_ROWS,
  GEMM,
  type PackedLayout,
  PIECE_COLUMNS,
  PIECE_ROWS,
  STEPS_WORK,
} from '../gemm-module.js';
import { type Routine, shareOf } from './job.js';
import { Pool } from './pool.js';
import type { ThreadedSet } from './threaded-set.js';

/**
 * Pieces of a sequence have a multiple of this many rows: from four rows on, tiles of six and four rows cover
 * them.
 */
const PAIR = 2;
/** Rows in a piece of a sequence from which a further piece costs next to nothing. */
const PLENTY_OF_STEPS = 12;

/** Entries that fill a cache line. No two threads write to the same one. */
const LINE = 16;

/**
 * Cuts the calls of a kernel set into pieces for its pool of threads. Sizes of entries and costs as in `Job`.
 */
export class Partitioner {
  private readonly pool: Pool;

  /** @param threads pieces are made for as many, the caller among them, whether they are up or not */
  constructor(
    set: ThreadedSet,
    readonly threads: number,
  ) {
    this.pool = new Pool(set, threads - 1);
  }

  get ended(): boolean {
    return this.pool.ended;
  }

  /** Threads that take part now. */
  get running(): number {
    return this.pool.threads;
  }

  /** As `Pool.wants`. */
  wants(cost: number): boolean {
    return this.pool.wants(cost);
  }

  end(): void {
    this.pool.end();
  }

  /**
   * A product of assembly/gemm.ts, cut into columns or rows of C, never along a sum.
   * @param values its arguments
   */
  multiply(routine: Routine, values: readonly number[], size: number, cost: number): void {
    const { threads } = this;
    const [transA, transB, , M, N, , , lda, , ldb, , , ldc] = values;
    // Splitting columns costs least: every block of B is packed once. With few columns, rows give more even
    // pieces.
    const byColumns = N >= threads * BLOCK_COLUMNS || N >= M;
    const share = byColumns
      ? shareOf(N, threads, PIECE_COLUMNS, BLOCK_COLUMNS)
      : shareOf(M, threads, PIECE_ROWS, BLOCK_ROWS);
    const steps = new Array<number>(GEMM.length).fill(0);
    if (byColumns) {
      steps[GEMM.b] = share * (transB ? ldb : size);
      steps[GEMM.c] = share * size;
    } else {
      steps[GEMM.a] = share * (transA ? size : lda);
      steps[GEMM.c] = share * ldc;
    }
    const [total, countAt] = byColumns ? [N, GEMM.N] : [M, GEMM.M];
    this.pool.run({ routine, total, share, values, steps, countAt, workAt: GEMM.work, cost });
  }

  /**
   * A product with a packed B, cut at its parts if it has several, else by rows.
   * @param values arguments for the first part
   */
  multiplyPacked(
    routine: Routine,
    values: readonly number[],
    { N, share: columns, bytes }: PackedLayout,
    size: number,
    cost: number,
  ): void {
    const byParts = columns < N;
    const M = values[GEMM.M];
    const share = byParts ? columns : shareOf(M, this.threads, PIECE_ROWS, M);
    const steps = new Array<number>(GEMM.length).fill(0);
    if (byParts) {
      steps[GEMM.b] = bytes;
      steps[GEMM.c] = share * size;
    } else {
      steps[GEMM.a] = share * values[GEMM.lda];
      steps[GEMM.c] = share * values[GEMM.ldc];
    }
    const [total, countAt] = byParts ? [N, GEMM.N] : [M, GEMM.M];
    this.pool.run({ routine, total, share, values, steps, countAt, workAt: GEMM.work, cost });
  }

  /**
   * A call over a range of `values[countAt]` entries or columns; the arguments at the places `at` are
   * addresses in it.
   */
  parallelFor(
    routine: Routine,
    values: readonly number[],
    countAt: number,
    at: readonly number[],
    size: number,
    cost: number,
  ): void {
    const total = values[countAt];
    const share = shareOf(total, this.threads, LINE, total);
    const steps = values.map((_, i) => (at.includes(i) ? share * size : 0));
    this.pool.run({ routine, total, share, values, steps, countAt, workAt: -1, cost });
  }

  /** A row function, whose arguments are B, H and addresses. @param bytes of a row at each address */
  rows(routine: Routine, values: readonly number[], bytes: readonly number[], cost: number): void {
    const [B] = values;
    const share = shareOf(B, this.threads, 1, B);
    const steps = [0, 0, ...bytes.map((each) => share * each)];
    this.pool.run({ routine, total: B, share, values, steps, countAt: 0, workAt: -1, cost });
  }

  /**
   * All steps of a sequence: each thread runs them for rows of its own. The arguments are sizes, the work
   * area, the weights, and from `firstBlock` on the blocks.
   * @param bytes of a row in each block
   */
  steps(
    routine: Routine,
    values: readonly number[],
    firstBlock: number,
    bytes: readonly number[],
    cost: number,
  ): void {
    const [B] = values;
    const share = shareOf(B, this.threads, PAIR, PLENTY_OF_STEPS);
    const steps = [...new Array<number>(firstBlock).fill(0), ...bytes.map((each) => share * each)];
    this.pool.run({ routine, total: B, share, values, steps, countAt: 0, workAt: STEPS_WORK, cost });
  }
}
