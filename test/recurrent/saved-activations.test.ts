/** What a forward run saves for its backward run: evicted when room is short, and computed again to the same bits. */

import { MemoryError } from '@retrograd/arrays';
import { type Block, type Kernels, type SequenceKernels, wasmKernels } from '@retrograd/kernels';
import { WasmMemory, type WasmMemoryOptions } from '@retrograd/kernels/internal';
import { SavedActivations } from '@retrograd/recurrent/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evict } from '../support/evict.js';

const MIB = 2 ** 20;
const isMemoryError = (error: unknown): boolean => error instanceof MemoryError;

/** A kernel set with a memory of its own. */
function fresh(options: WasmMemoryOptions = {}): {
  memory: WasmMemory;
  kernels: SequenceKernels;
  base: number;
} {
  const memory = new WasmMemory(options);
  const { sequence } = wasmKernels({ memory }) as Kernels;
  return { memory, kernels: sequence, base: memory.bytesTaken };
}

test('activations whose computation fails leave nothing behind', () => {
  const { memory, kernels, base } = fresh();
  let calls = 0;
  const failing = (): void => {
    calls++;
    throw new RangeError('boom');
  };
  assert.throws(() => new SavedActivations(kernels, 'float64', { a: 10, b: 20 }, failing), /boom/);
  assert.is(calls, 1);
  assert.is(memory.bytesTaken, base);
});

/** Activations that hold 1, 2, 3, … and how often they were computed. */
function counted(kernels: SequenceKernels, n = 50): { saved: SavedActivations; computed: () => number } {
  let computed = 0;
  const saved = new SavedActivations(kernels, 'float32', { a: n, b: 2 * n }, ({ a, b }) => {
    computed++;
    a.data.forEach((_, i) => {
      a.data[i] = i + 1;
    });
    b.data.forEach((_, i) => {
      b.data[i] = -(i + 1);
    });
  });
  return { saved, computed: () => computed };
}

const right = ({ a, b }: Readonly<Record<string, { data: ArrayLike<number> }>>): boolean =>
  Array.from(a.data).every((v, i) => v === i + 1) && Array.from(b.data).every((v, i) => v === -(i + 1));

test('saved activations are computed once, and again only after they were evicted or released', () => {
  const { memory, kernels, base } = fresh({ maximum: 2 * MIB });
  const { saved, computed } = counted(kernels);
  assert.is(memory.bytesTaken, base + memory.bytesEvictable);
  for (let i = 0; i < 3; i++) assert.ok(saved.use(right));
  assert.is(computed(), 1);
  evict(memory);
  assert.is(memory.bytesTaken, base);
  assert.ok(saved.use(right));
  assert.ok(saved.use(right));
  assert.is(computed(), 2);
  saved.release();
  assert.is(memory.bytesTaken, base);
  saved.release();
  assert.is(memory.bytesTaken, base, 'releasing twice gives nothing back twice');
  assert.ok(saved.use(right));
  assert.is(computed(), 3);
  evict(memory);
  saved.release();
  assert.is(memory.bytesTaken, base, 'nothing is given back that was evicted');
});

test('saved activations are not evicted while they are used, also when the use throws', () => {
  const { memory, kernels, base } = fresh({ maximum: 2 * MIB });
  const { saved, computed } = counted(kernels);
  saved.use((blocks) => {
    evict(memory);
    assert.is(memory.bytesEvictable, 0);
    assert.throws(() => memory.take('float64', MIB), isMemoryError);
    assert.ok(right(blocks));
  });
  assert.throws(
    () =>
      saved.use(() => {
        throw new RangeError('boom');
      }),
    /boom/,
  );
  assert.is(memory.bytesTaken, base + memory.bytesEvictable);
  assert.ok(memory.bytesEvictable > 0);
  assert.ok(saved.use(right));
  assert.is(computed(), 1);
});

test('saved activations that were evicted are said to be so once, also when there is no room for them', () => {
  const { memory, kernels } = fresh({ maximum: 2 * MIB });
  const { saved } = counted(kernels);
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
  for (let i = 0; i < 3; i++) assert.throws(() => saved.use(right), isMemoryError);
  saved.release();
  assert.is(told, 1);
  for (const block of rest) memory.give(block);
  assert.ok(saved.use(right));
  assert.is(told, 1);
});

test('saved activations converted to the other dtype are those of the first', () => {
  const { memory, kernels, base } = fresh();
  const { saved, computed } = counted(kernels);
  saved.use((blocks) => {
    assert.is(blocks.a.dtype, 'float32');
    assert.ok(right(blocks));
  });
  assert.ok(memory.bytesEvictable > 0);
  saved.use((blocks) => {
    assert.is(blocks.a.dtype, 'float64');
    assert.ok(right(blocks));
    blocks.a.data.fill(0);
  }, 'float64');
  assert.is(memory.bytesTaken, base);
  assert.ok(saved.use(right, 'float64'), 'what is written to a converted buffer is not kept');
  assert.ok(saved.use(right));
  assert.is(computed(), 1);
  assert.is(memory.bytesTaken, base);
});

test('saved activations as ordinary arrays are their owner’s, and what a backward run reads from then on', () => {
  const { memory, kernels, base } = fresh();
  const { saved, computed } = counted(kernels);
  const arrays = saved.arrays();
  assert.is(memory.bytesTaken, base, 'no copy stays behind');
  assert.ok(right({ a: { data: arrays.a }, b: { data: arrays.b } }));
  assert.is(saved.arrays(), arrays);
  assert.ok(saved.use(right));
  arrays.a[3] = 99;
  assert.is(
    saved.use(({ a }) => a.data[3]),
    99,
  );
  saved.use(({ b }) => b.data.fill(0));
  assert.is(arrays.b[0], -1, 'a use does not write to the arrays');
  saved.release();
  assert.is(
    saved.use(({ a }) => a.data[3]),
    99,
  );
  assert.is(computed(), 1);
  assert.is(memory.bytesTaken, base);
  // Given back before they were asked for: computed again.
  const other = counted(kernels);
  other.saved.release();
  assert.ok(right({ a: { data: other.saved.arrays().a }, b: { data: other.saved.arrays().b } }));
  assert.is(other.computed(), 2);
});

test.run();
