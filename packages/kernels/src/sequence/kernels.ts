import type { Dtype, FloatData } from '../types.js';
import type { WasmModule } from '../wasm/decode-binary.js';
import type { Block } from './block.js';
import type { Matrix, ProductOptions } from './matrix.js';

/** Blocks whose contents can be recomputed. */
export interface EvictableBlocks {
  readonly blocks: readonly Block[];
  /** Becomes true when the blocks are taken away, which happens when memory runs short. */
  evicted: boolean;
  /** True while the blocks are in use: they are not evicted then. */
  inUse: boolean;
}

/** op(B) (K, N) in the form that a kernel set multiplies with fastest. */
export interface PackedMatrix {
  readonly K: number;
  readonly N: number;
  /** The memory of the packed form. The caller gives it back after the last product. */
  readonly blocks: readonly Block[];
}

/**
 * The kernels that recurrent layers run on. They work on blocks of the set's own memory, so nothing is copied
 * between the steps of a sequence. Sizes and offsets count entries and are trusted.
 */
export interface SequenceKernels {
  /** Number of threads that take part now. */
  readonly threads: number;

  /** Takes a block of n entries, contents undefined. @throws MemoryError when there is no room */
  take(dtype: Dtype, n: number): Block;
  /** Gives a block back; it must not be used afterwards. */
  give(block: Block): void;
  /** The entries as an ordinary array, which the caller owns; the block is given back. */
  release(block: Block): FloatData;

  /**
   * These blocks can be recomputed. When memory runs short they are evicted, oldest first, and `evicted`
   * becomes true.
   */
  markEvictable(blocks: readonly Block[]): EvictableBlocks;
  /**
   * Takes the mark off again, once: unless the blocks are evicted, they stay until the caller gives them
   * back.
   */
  pin(evictable: EvictableBlocks): void;

  /**
   * C (M, N) = op(A) (M, K) op(B) (K, N), plus what C holds when `accumulate`. M and N are the size of C, and
   * a transposed operand is stored as (K, M) or (N, K). C must not overlap A or B.
   */
  multiply(A: Matrix, B: Matrix, C: Matrix, options?: ProductOptions): void;

  /**
   * Packs op(B) for products with many A. B must not change before the last of them.
   */
  pack(B: Matrix, options?: PackOptions): PackedMatrix;

  /** C (M, N) = A (M, K) op(B), plus what C holds when `accumulate`. M is the number of rows of C. */
  multiplyPacked(A: Matrix, B: PackedMatrix, C: Matrix, accumulate: boolean): void;

  /**
   * A routine of a WebAssembly module over this set's memory that works on each row of a batch by itself;
   * null for sets that work on ordinary arrays. Where the set fuses multiplications and additions, the module
   * does so too.
   * @param code   the module, as scripts/assemble.mjs writes it
   * @param name   of its exports `name32` and `name64`, without the number
   * @param widths entries in a row of each block that it takes, as multiples of H
   * @param cost   about how long one of the B * H entries takes in float32, in nanoseconds
   */
  rows(code: WasmModule, name: string, widths: readonly number[], cost: number): RowFunction | null;

  /**
   * Runs all steps of a sequence in a WebAssembly module over this set's memory, products with packed weights
   * included.
   * @param code the module; it exports the loop as `steps32` and `steps64`
   * @param cost about how long one of the B * H entries takes at each step in float32, without the products,
   *             in nanoseconds
   * @returns false where the set works on ordinary arrays, or cannot multiply with these weights; nothing is
   *          done then, and the caller loops in TypeScript
   */
  steps(code: WasmModule, cost: number, sequence: StepsOperands): boolean;

  /**
   * A routine over a range of entries or columns, which threads split; null for sets that work on ordinary
   * arrays.
   * @param countAt which argument is the length of the range
   * @param at      which arguments are addresses in the range
   */
  parallelFor(
    code: WasmModule,
    name: string,
    countAt: number,
    at: readonly number[],
  ): ParallelForFunction | null;

  /** All exports of such a module; null for sets that work on ordinary arrays. */
  module<Exports>(code: WasmModule): Exports | null;
}

export interface PackOptions {
  /** Whether op(B) is the transpose of B. Default: not. */
  readonly trans?: boolean;
  /** Rows of A, if known: lets the set pack only the form it will use, and split the work among threads. */
  readonly rows?: number;
}

/** Runs on B rows of H units. @param at addresses of its blocks, in bytes */
export type RowFunction = (dtype: Dtype, B: number, H: number, at: readonly number[]) => void;

/** What all steps of a sequence work on: T steps of B rows of H units. */
export interface StepsOperands {
  readonly B: number;
  readonly T: number;
  readonly H: number;
  /** Packed for products of B rows. */
  readonly weights: readonly PackedMatrix[];
  /** Blocks that hold one step after the other from their first entry on, and the entries in a row of each. */
  readonly operands: readonly { readonly block: Block; readonly width: number }[];
}

/**
 * Runs on the arguments of a module's function, addresses in bytes.
 * @param cost about how long it takes one thread, in nanoseconds
 */
export type ParallelForFunction = (dtype: Dtype, values: readonly number[], cost: number) => void;
