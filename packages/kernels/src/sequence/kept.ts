import type { Dtype, FloatData } from '../types.js';
import type { Block } from './block.js';
import type { Holding, Prepared, SequenceKernels } from './kernels.js';

type Blocks<Name extends string> = Readonly<Record<Name, Block>>;
type Sizes<Name extends string> = Readonly<Record<Name, number>>;

/**
 * The buffers that a forward run keeps for its backward run, by name. They stay in the kernels' memory and may be lost there
 * when room is short; then they are computed again, to the same bits, from inputs that therefore must not change.
 */
export class Kept<Name extends string> {
  private blocks!: Blocks<Name>;
  private holding: Holding | null = null;
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
    this.holding = kernels.hold(Object.values(this.secure()));
  }

  /** Calls `fn` with the buffers, which stay where they are until it returns. */
  use<R>(fn: (blocks: Blocks<Name>) => R): R {
    const blocks = this.secure();
    try {
      return fn(blocks);
    } finally {
      // What was saved is the truth, and its owner may write to it: no copy of it is kept.
      if (this.saved !== null) giveAll(this.kernels, blocks);
      else this.holding = this.kernels.hold(Object.values(blocks));
    }
  }

  /** Gives the buffers back. Using them once more computes them again. */
  release(): void {
    endHolding(this.kernels, this.holding);
    this.holding = null;
  }

  /** The buffers as ordinary arrays, which from now on are what a backward run reads. */
  arrays(): Readonly<Record<Name, FloatData>> {
    if (this.saved === null) {
      const blocks = this.secure();
      const saved: Partial<Record<Name, FloatData>> = {};
      for (const name in blocks) saved[name] = this.kernels.release(blocks[name]);
      this.saved = saved as Record<Name, FloatData>;
    }
    return this.saved;
  }

  /** The buffers, not to be lost until they are held again. */
  private secure(): Blocks<Name> {
    const { holding, saved } = this;
    this.holding = null;
    if (holding !== null) {
      this.kernels.unhold(holding);
      if (!holding.lost) return this.blocks;
    }
    const blocks = takeAll(this.kernels, this.dtype, this.sizes);
    try {
      if (saved === null) this.compute(blocks);
      else for (const name in saved) blocks[name].data.set(saved[name]);
    } catch (error) {
      giveAll(this.kernels, blocks);
      throw error;
    }
    this.blocks = blocks;
    return blocks;
  }
}

/** As `kept.use`, with the buffers converted when another dtype is wanted. Only backward runs want that: a program without has no such code. */
export function useAs<Name extends string, R>(
  kept: Kept<Name>,
  dtype: Dtype,
  fn: (blocks: Blocks<Name>) => R,
): R {
  if (dtype === kept.dtype) return kept.use(fn);
  const data = kept.arrays();
  return withBlocks(kept.kernels, dtype, kept.sizes, (blocks) => {
    for (const name in data) blocks[name].data.set(data[name]);
    return fn(blocks);
  });
}

/** Calls `fn` with scratch blocks and gives them back, also when it throws. */
export function withBlocks<Name extends string, R>(
  kernels: SequenceKernels,
  dtype: Dtype,
  sizes: Sizes<Name>,
  fn: (blocks: Blocks<Name>) => R,
): R {
  const blocks = takeAll(kernels, dtype, sizes);
  try {
    return fn(blocks);
  } finally {
    giveAll(kernels, blocks);
  }
}

/** Takes several blocks, or none when there is no room for all. */
export function takeAll<Name extends string>(
  kernels: SequenceKernels,
  dtype: Dtype,
  sizes: Sizes<Name>,
): Blocks<Name> {
  const blocks = {} as Record<Name, Block>;
  try {
    for (const name in sizes) blocks[name] = kernels.take(dtype, sizes[name]);
  } catch (error) {
    giveAll(kernels, blocks);
    throw error;
  }
  return blocks;
}

/** Readies several operands, each given by the arguments of `prepare`, or none when there is no room for all. */
export function prepareAll(
  kernels: SequenceKernels,
  operands: readonly Parameters<SequenceKernels['prepare']>[],
): Prepared[] {
  const prepared: Prepared[] = [];
  try {
    for (const operand of operands) prepared.push(kernels.prepare(...operand));
  } catch (error) {
    for (const { blocks } of prepared) blocks.forEach(kernels.give, kernels);
    throw error;
  }
  return prepared;
}

/** Gives held blocks back, where there are any and they are not lost. */
export function endHolding(kernels: SequenceKernels, holding: Holding | null): void {
  if (holding === null) return;
  kernels.unhold(holding);
  if (!holding.lost) for (const block of holding.blocks) kernels.give(block);
}

function giveAll(kernels: SequenceKernels, blocks: Readonly<Record<string, Block>>): void {
  for (const name in blocks) kernels.give(blocks[name]);
}
