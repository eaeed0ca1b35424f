/** Blocks that are evicted when room is short, and computed again to the same bits. */

import { MemoryError } from '@retrograd/arrays';
import type { Block, SequenceKernels } from '@retrograd/kernels';
import { RecomputableBlocks } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evict } from '../support/evict.js';
import { freshMemory } from '../support/fresh-memory.js';

const MIB = 2 ** 20;
const isMemoryError = (error: unknown): boolean => error instanceof MemoryError;

test('recomputable blocks whose computation fails leave nothing behind', () => {
  const { memory, kernels, base } = freshMemory();
  let calls = 0;
  const failing = (): void => {
    calls++;
    throw new RangeError('boom');
  };
  assert.throws(() => new RecomputableBlocks(kernels, 'float64', { a: 10, b: 20 }, failing), /boom/);
  assert.is(calls, 1);
  assert.is(memory.bytesTaken, base);
});

/** Blocks that hold 1, 2, 3, … and how often they were computed. */
function counted(kernels: SequenceKernels, n = 50): { blocks: RecomputableBlocks; computed: () => number } {
  let computed = 0;
  const blocks = new RecomputableBlocks(kernels, 'float32', { a: n, b: 2 * n }, ({ a, b }) => {
    computed++;
    a.data.forEach((_, i) => {
      a.data[i] = i + 1;
    });
    b.data.forEach((_, i) => {
      b.data[i] = -(i + 1);
    });
  });
  return { blocks, computed: () => computed };
}

const right = ({ a, b }: Readonly<Record<string, { data: ArrayLike<number> }>>): boolean =>
  Array.from(a.data).every((v, i) => v === i + 1) && Array.from(b.data).every((v, i) => v === -(i + 1));

test('recomputable blocks are computed once, and again only after they were evicted or released', () => {
  const { memory, kernels, base } = freshMemory({ maximum: 2 * MIB });
  const { blocks, computed } = counted(kernels);
  assert.is(memory.bytesTaken, base + memory.bytesEvictable);
  for (let i = 0; i < 3; i++) assert.ok(blocks.use(right));
  assert.is(computed(), 1);
  evict(memory);
  assert.is(memory.bytesTaken, base);
  assert.ok(blocks.use(right));
  assert.ok(blocks.use(right));
  assert.is(computed(), 2);
  blocks.release();
  assert.is(memory.bytesTaken, base);
  blocks.release();
  assert.is(memory.bytesTaken, base, 'releasing twice gives nothing back twice');
  assert.ok(blocks.use(right));
  assert.is(computed(), 3);
  evict(memory);
  blocks.release();
  assert.is(memory.bytesTaken, base, 'nothing is given back that was evicted');
});

test('recomputable blocks are not evicted while they are used, also when the use throws', () => {
  const { memory, kernels, base } = freshMemory({ maximum: 2 * MIB });
  const { blocks, computed } = counted(kernels);
  blocks.use((them) => {
    evict(memory);
    assert.is(memory.bytesEvictable, 0);
    assert.throws(() => memory.take('float64', MIB), isMemoryError);
    assert.ok(right(them));
  });
  assert.throws(
    () =>
      blocks.use(() => {
        throw new RangeError('boom');
      }),
    /boom/,
  );
  assert.is(memory.bytesTaken, base + memory.bytesEvictable);
  assert.ok(memory.bytesEvictable > 0);
  assert.ok(blocks.use(right));
  assert.is(computed(), 1);
});

test('recomputable blocks that were evicted are said to be so once, also when there is no room for them', () => {
  const { memory, kernels } = freshMemory({ maximum: 2 * MIB });
  const { blocks } = counted(kernels);
  evict(memory);
  let told = 0;
  const { pin } = kernels;
  kernels.pin = (evictable) => {
    if (evictable.evicted) told++;
    pin.call(kernels, evictable);
  };
  const rest: Block[] = [];
  for (const n of [MIB / 8, 1024, 8]) {
    assert.throws(() => {
      for (;;) rest.push(memory.take('float64', n));
    }, isMemoryError);
  }
  for (let i = 0; i < 3; i++) assert.throws(() => blocks.use(right), isMemoryError);
  blocks.release();
  assert.is(told, 1);
  for (const block of rest) memory.give(block);
  assert.ok(blocks.use(right));
  assert.is(told, 1);
});

test('recomputable blocks converted to the other dtype are those of the first', () => {
  const { memory, kernels, base } = freshMemory();
  const { blocks, computed } = counted(kernels);
  blocks.use((them) => {
    assert.is(them.a.dtype, 'float32');
    assert.ok(right(them));
  });
  assert.ok(memory.bytesEvictable > 0);
  blocks.use((them) => {
    assert.is(them.a.dtype, 'float64');
    assert.ok(right(them));
    them.a.data.fill(0);
  }, 'float64');
  assert.is(memory.bytesTaken, base);
  assert.ok(blocks.use(right, 'float64'), 'what is written to a converted buffer is not kept');
  assert.ok(blocks.use(right));
  assert.is(computed(), 1);
  assert.is(memory.bytesTaken, base);
});

test('recomputable blocks as ordinary arrays are their owner’s, and what a backward run reads from then on', () => {
  const { memory, kernels, base } = freshMemory();
  const { blocks, computed } = counted(kernels);
  const arrays = blocks.arrays();
  assert.is(memory.bytesTaken, base, 'no copy stays behind');
  assert.ok(right({ a: { data: arrays.a }, b: { data: arrays.b } }));
  assert.is(blocks.arrays(), arrays);
  assert.ok(blocks.use(right));
  arrays.a[3] = 99;
  assert.is(
    blocks.use(({ a }) => a.data[3]),
    99,
  );
  blocks.use(({ b }) => b.data.fill(0));
  assert.is(arrays.b[0], -1, 'a use does not write to the arrays');
  blocks.release();
  assert.is(
    blocks.use(({ a }) => a.data[3]),
    99,
  );
  assert.is(computed(), 1);
  assert.is(memory.bytesTaken, base);
  // Given back before they were asked for: computed again.
  const other = counted(kernels);
  other.blocks.release();
  assert.ok(right({ a: { data: other.blocks.arrays().a }, b: { data: other.blocks.arrays().b } }));
  assert.is(other.computed(), 2);
});

test.run();
