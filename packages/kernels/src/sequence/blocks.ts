import type { Dtype } from '../types.js';
import type { Block } from './block.js';
import type { EvictableBlocks, SequenceKernels } from './kernels.js';

export type Blocks<Name extends string> = Readonly<Record<Name, Block>>;
export type Sizes<Name extends string> = Readonly<Record<Name, number>>;

/** Calls `fn` with scratch blocks and gives them back afterwards, also when it throws. */
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

/** Takes several blocks; none when there is no room for all. */
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

/** Gives evictable blocks back, unless there are none or they are evicted already. */
export function giveEvictable(kernels: SequenceKernels, evictable: EvictableBlocks | null): void {
  if (evictable === null) return;
  kernels.pin(evictable);
  if (!evictable.evicted) for (const block of evictable.blocks) kernels.give(block);
}

export function giveAll(kernels: SequenceKernels, blocks: Readonly<Record<string, Block>>): void {
  for (const name in blocks) kernels.give(blocks[name]);
}
