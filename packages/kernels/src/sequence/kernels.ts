import type { Dtype, FloatData } from '../types.js';
import type { WasmModule } from '../wasm/decode-binary.js';
import type { Block } from './block.js';

/** Blocks that may be taken away. */
export interface Holding {
  readonly blocks: readonly Block[];
  lost: boolean;
  /** Set while somebody works with the blocks: they are not taken away then. */
  inUse: boolean;
}

/** op(B) of many products, in whatever form the kernel set wants it. */
export interface Prepared {
  readonly K: number;
  readonly N: number;
  /** What it takes room in, besides B itself. */
  readonly blocks: readonly Block[];
}

/**
 * The kernels that a recurrent layer's sequence is computed with, all on blocks of the set's own memory, so that nothing is
 * copied between the steps. Sizes and offsets count entries and are trusted.
 */
export interface SequenceKernels {
  /** How many threads take part at the moment. */
  readonly threads: number;

  /** Takes a block of n entries, contents undefined. @throws MemoryError when there is no room */
  take(dtype: Dtype, n: number): Block;
  /** Gives a block back; it must not be used afterwards. */
  give(block: Block): void;
  /** The entries as an ordinary array of the caller's own, and the block given back. */
  release(block: Block): FloatData;

  /**
   * Marks blocks as ones that can be computed anew: where room is short they may be taken away, oldest holding first, which
   * `lost` tells.
   */
  hold(blocks: readonly Block[]): Holding;
  /** Ends a holding; unless they are lost, the blocks are the caller's again. */
  unhold(holding: Holding): void;

  /** As `Kernels.gemm`. */
  gemm(
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
  ): void;

  /**
   * Readies op(B) (K, N) for products with many A. B must stay as it is until the last of them.
   * @param M the rows of all those A, where they are known: a set may leave out what only other products would want, and chooses
   *          by it how to share the work
   */
  prepare(
    transB: boolean,
    K: number,
    N: number,
    B: Block,
    bOffset: number,
    ldb: number,
    M?: number,
  ): Prepared;

  /** C (M, N) = A (M, K) B, plus C when `accumulate`, for a prepared B. */
  gemmPrepared(
    M: number,
    A: Block,
    aOffset: number,
    lda: number,
    B: Prepared,
    accumulate: boolean,
    C: Block,
    cOffset: number,
    ldc: number,
  ): void;

  /**
   * A function that belongs to one layer and works on each row of a batch by itself, from a WebAssembly module over this set's
   * memory; null for sets that work on ordinary memory. Where the set fuses multiplications and additions, it does so in the
   * module too.
   * @param code   the module, as scripts/assemble.mjs writes it
   * @param name   of its exports `name32` and `name64`, without the number
   * @param widths entries of a row of each block that it takes, as multiples of H
   * @param cost   about how long it takes for one of the B · H entries in float32, in nanoseconds
   */
  rows(code: WasmModule, name: string, widths: readonly number[], cost: number): RowFunction | null;

  /**
   * A function of the same kind that goes through all steps of a sequence, products with prepared weights included; null for
   * sets that work on ordinary memory. Arguments as for `rows`; the cost is without the products.
   */
  steps(code: WasmModule, name: string, widths: readonly number[], cost: number): StepsFunction | null;

  /**
   * A function of the same kind over entries or columns that lie side by side; null for sets that work on ordinary memory.
   * @param countAt which argument is their number
   * @param at      which arguments are addresses of such entries
   */
  spread(code: WasmModule, name: string, countAt: number, at: readonly number[]): SpreadFunction | null;

  /** All exports of such a module; null for sets that work on ordinary memory. */
  module<Exports>(code: WasmModule): Exports | null;
}

/** Runs on B rows; `a` to `f` are the addresses of its blocks, as many as it takes. */
export type RowFunction = (
  dtype: Dtype,
  B: number,
  H: number,
  a: number,
  b: number,
  c?: number,
  d?: number,
  e?: number,
  f?: number,
) => void;

/**
 * Runs T steps of B rows, on blocks that hold step after step from their start on.
 * @param weights prepared for products of B rows
 * @returns false when nothing was done, since products with these weights are not the module's to compute
 */
export type StepsFunction = (
  B: number,
  T: number,
  H: number,
  weights: readonly Prepared[],
  blocks: readonly Block[],
) => boolean;

/**
 * Runs on the arguments of a module's function, all in bytes.
 * @param cost about how long it takes, in nanoseconds
 */
export type SpreadFunction = (dtype: Dtype, values: readonly number[], cost: number) => void;
