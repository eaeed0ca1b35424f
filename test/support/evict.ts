import { MemoryError } from '@retrograd/arrays';
import type { Block } from '@retrograd/kernels';
import type { WasmMemory } from '@retrograd/kernels/internal';
import * as assert from 'uvu/assert';

/** Evicts everything that can be evicted, and writes NaN to all that is free, so that reading on shows. */
export function evict(memory: WasmMemory): void {
  const taken: Block[] = [];
  for (let n = 2 ** 21; n >= 8; n /= 2) {
    try {
      for (;;) taken.push(memory.take('float64', n));
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
    }
  }
  assert.is(memory.bytesEvictable, 0);
  for (const block of taken) {
    block.data.fill(Number.NaN);
    memory.give(block);
  }
}

/** Bytes of a memory that are never given out. */
export const OWN = 8192;
