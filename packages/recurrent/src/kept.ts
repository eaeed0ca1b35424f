import type { Dtype, FloatData } from '@retrograd/arrays';
import type { EvictableBlocks, SequenceKernels } from '@retrograd/kernels';
import {
  type Blocks,
  giveAll,
  giveEvictable,
  type Sizes,
  takeAll,
  withBlocks,
} from '@retrograd/kernels/internal';

/**
 * The buffers that a forward run keeps for its backward run, by name. They stay in the kernels' memory and may be lost there
 * when room is short; then they are computed again, to the same bits, from inputs that therefore must not change.
 */
export class Kept<Name extends string> {
  /** Where they are while they are held. */
  private blocks!: Blocks<Name>;
  private evictable: EvictableBlocks | null = null;
  private saved: Readonly<Record<Name, FloatData>> | null = null;

  /**
   * @param sizes   of the buffers, in entries
   * @param compute the forward run, which writes the buffers whole; called at once, and again when they are lost or released
   */
  constructor(
    readonly kernels: SequenceKernels,
    readonly dtype: Dtype,
    readonly sizes: Sizes<Name>,
    private readonly compute: (blocks: Blocks<Name>) => void,
  ) {
    this.secure();
  }

  /** Calls `fn` with the buffers, which stay where they are until it returns. */
  use<R>(fn: (blocks: Blocks<Name>) => R): R {
    // What was saved is the truth, and its owner may write to it: no copy of it is kept.
    if (this.saved !== null) return withCopies(this, this.dtype, this.saved, fn);
    const evictable = this.secure();
    const { inUse } = evictable;
    evictable.inUse = true;
    try {
      return fn(this.blocks);
    } finally {
      evictable.inUse = inUse;
    }
  }

  /** Gives the buffers back. Using them once more computes them again. */
  release(): void {
    giveEvictable(this.kernels, this.evictable);
    this.evictable = null;
  }

  /** The buffers as ordinary arrays, which from now on are what a backward run reads. */
  arrays(): Readonly<Record<Name, FloatData>> {
    if (this.saved === null) {
      this.kernels.pin(this.secure());
      this.evictable = null;
      const saved: Partial<Record<Name, FloatData>> = {};
      for (const name in this.blocks) saved[name] = this.kernels.release(this.blocks[name]);
      this.saved = saved as Record<Name, FloatData>;
    }
    return this.saved;
  }

  /** Sees to it that the buffers are there. */
  private secure(): EvictableBlocks {
    const { evictable, kernels } = this;
    if (evictable?.evicted === false) return evictable;
    if (evictable !== null) kernels.pin(evictable);
    // Should there be no room, the next use does not say once more that these were lost.
    this.evictable = null;
    const blocks = takeAll(kernels, this.dtype, this.sizes);
    try {
      this.compute(blocks);
    } catch (error) {
      giveAll(kernels, blocks);
      throw error;
    }
    this.blocks = blocks;
    this.evictable = kernels.markEvictable(Object.values(blocks));
    return this.evictable;
  }
}

/** As `kept.use`, with the buffers converted when another dtype is wanted. Only backward runs want that: a program without has no such code. */
export function useAs<Name extends string, R>(
  kept: Kept<Name>,
  dtype: Dtype,
  fn: (blocks: Blocks<Name>) => R,
): R {
  if (dtype === kept.dtype) return kept.use(fn);
  return withCopies(kept, dtype, kept.arrays(), fn);
}

function withCopies<Name extends string, R>(
  { kernels, sizes }: Kept<Name>,
  dtype: Dtype,
  arrays: Readonly<Record<Name, FloatData>>,
  fn: (blocks: Blocks<Name>) => R,
): R {
  return withBlocks(kernels, dtype, sizes, (blocks) => {
    for (const name in arrays) blocks[name].data.set(arrays[name]);
    return fn(blocks);
  });
}
