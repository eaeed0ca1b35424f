import type { Dtype, FloatData } from '../types.js';
import { type Blocks, giveAll, giveEvictable, type Sizes, takeAll, withBlocks } from './blocks.js';
import type { EvictableBlocks, SequenceKernels } from './kernels.js';

/**
 * Named blocks that a computation fills and that may be evicted when room is short; then they are computed
 * again, to the same bits, from inputs that therefore must not change. What a forward run saves for its
 * backward run is kept like this.
 */
export class RecomputableBlocks {
  /** Valid while they are evictable and not evicted. */
  private blocks: Blocks<string> = {};
  private evictable: EvictableBlocks | null = null;
  private copies: Readonly<Record<string, FloatData>> | null = null;

  /**
   * @param sizes   numbers in each block
   * @param compute writes the blocks whole; called at once, and again when they were evicted or released
   * @param scratch numbers in each block that is there while it computes
   */
  constructor(
    readonly kernels: SequenceKernels,
    readonly dtype: Dtype,
    private readonly sizes: Sizes<string>,
    private readonly compute: (blocks: Blocks<string>, scratch: Blocks<string>) => void,
    private readonly scratch: Sizes<string> = {},
  ) {
    this.ensureComputed();
  }

  /**
   * Calls `fn` with the blocks, which stay where they are until it returns; converted when another dtype is
   * wanted.
   */
  use<R>(fn: (blocks: Blocks<string>) => R, dtype = this.dtype): R {
    // The caller of `arrays` owns the copies and may write to them: they are what counts from then on.
    if (this.copies !== null || dtype !== this.dtype) return this.useCopies(this.arrays(), dtype, fn);
    const evictable = this.ensureComputed();
    const { inUse } = evictable;
    evictable.inUse = true;
    try {
      return fn(this.blocks);
    } finally {
      evictable.inUse = inUse;
    }
  }

  /** Gives the blocks back. Using them once more computes them again. */
  release(): void {
    giveEvictable(this.kernels, this.evictable);
    this.evictable = null;
  }

  /** The contents as ordinary arrays, which from now on are what `use` works with. */
  arrays(): Readonly<Record<string, FloatData>> {
    if (this.copies === null) {
      this.kernels.pin(this.ensureComputed());
      this.evictable = null;
      const copies: Record<string, FloatData> = {};
      for (const name in this.blocks) copies[name] = this.kernels.release(this.blocks[name]);
      this.copies = copies;
    }
    return this.copies;
  }

  private useCopies<R>(
    arrays: Readonly<Record<string, FloatData>>,
    dtype: Dtype,
    fn: (blocks: Blocks<string>) => R,
  ): R {
    return withBlocks(this.kernels, dtype, this.sizes, (blocks) => {
      for (const name in arrays) blocks[name].data.set(arrays[name]);
      return fn(blocks);
    });
  }

  private ensureComputed(): EvictableBlocks {
    const { evictable, kernels } = this;
    if (evictable?.evicted === false) return evictable;
    if (evictable !== null) kernels.pin(evictable);
    // Should there be no room, the next use does not say once more that these were evicted.
    this.evictable = null;
    const blocks = takeAll(kernels, this.dtype, this.sizes);
    try {
      withBlocks(kernels, this.dtype, this.scratch, (scratch) => this.compute(blocks, scratch));
    } catch (error) {
      giveAll(kernels, blocks);
      throw error;
    }
    this.blocks = blocks;
    this.evictable = kernels.markEvictable(Object.values(blocks));
    return this.evictable;
  }
}
