/** The memory of the WebAssembly kernels: growth, reuse, and what is evicted when room is short. */

import { MemoryError, Random } from '@retrograd/arrays';
import { type Block, type FloatData, type Kernels, wasmKernels } from '@retrograd/kernels';
import { matrix, tanhOf, WasmMemory, withBlocks } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OWN } from '../support/evict.js';
import { freshMemory } from '../support/fresh-memory.js';

const MIB = 2 ** 20;
const isMemoryError = (error: unknown): boolean => error instanceof MemoryError;

for (const shared of [true, false]) {
  const words = shared ? 'shared' : 'unshared';

  test(`blocks keep their entries while ${words} memory grows under them`, () => {
    const memory = new WasmMemory({ shared });
    const blocks: Block[] = [];
    const before = memory.memory.buffer.byteLength;
    for (let i = 0; i < 40; i++) {
      const block = memory.take(i % 2 === 0 ? 'float32' : 'float64', 20_000 + i);
      block.data.fill(i);
      blocks.push(block);
    }
    assert.ok(memory.memory.buffer.byteLength > before, 'the memory grew');
    blocks.forEach((block, i) => {
      assert.is(block.length, 20_000 + i);
      assert.is(block.data.length, 20_000 + i);
      assert.is(block.data.buffer, memory.memory.buffer, 'a view of the memory as it is now');
      assert.ok(
        block.data.every((v) => v === i),
        `block ${i}`,
      );
      assert.is(block.pointer(0), block.data.byteOffset);
      assert.is(block.pointer(3), block.data.subarray(3).byteOffset);
    });
    for (const block of blocks) memory.give(block);
    assert.is(memory.bytesTaken, 0);
  });

  test(`the kernels run in ${words} memory`, () => {
    const { memory, kernels, base } = freshMemory({ shared });
    assert.is(memory.shared, shared);
    withBlocks(kernels, 'float64', { a: 4, b: 4, c: 4 }, ({ a, b, c }) => {
      a.data.set([1, 2, 3, 4]);
      b.data.set([5, 6, 7, 8]);
      kernels.multiply(matrix(a, 2, 2), matrix(b, 2, 2), matrix(c, 2, 2));
      assert.equal([...c.data], [19, 22, 43, 50]);
      tanhOf(kernels, 4, c, 0);
      assert.equal([...c.data], [1, 1, 1, 1]);
    });
    assert.is(memory.bytesTaken, base);
  });
}

test('blocks never overlap, and freed room is used again, over 20,000 random takes and gives', () => {
  const rng = new Random(5);
  const memory = new WasmMemory();
  const live: { block: Block; mark: number }[] = [];
  let most = 0;
  for (let i = 0; i < 20_000; i++) {
    if (live.length > 0 && rng.integer(100) < (live.length > 60 ? 60 : 45)) {
      const [{ block, mark }] = live.splice(rng.integer(live.length), 1);
      if (!block.data.every((v) => v === mark)) assert.unreachable(`block ${mark} was written to`);
      memory.give(block);
    } else {
      const n = rng.integer(10) === 0 ? rng.integer(4000) : rng.integer(200);
      const block = memory.take(rng.integer(2) === 0 ? 'float32' : 'float64', n);
      assert.is(block.pointer(0) % 64, 0);
      block.data.fill(i);
      live.push({ block, mark: i });
    }
    most = Math.max(most, memory.bytesTaken);
  }
  assert.ok(memory.memory.buffer.byteLength <= 2 * Math.max(most, MIB));
  for (const { block, mark } of live) {
    assert.ok(block.data.every((v) => v === mark));
    memory.give(block);
  }
  assert.is(memory.bytesTaken, 0);
  // All of it is one piece again.
  const whole = memory.take('float32', (memory.memory.buffer.byteLength - OWN) / 4);
  memory.give(whole);
});

test('evictable blocks stay while there is room within the budget, then go, the oldest first', () => {
  const memory = new WasmMemory({ budget: 4 * MIB });
  const held = Array.from({ length: 3 }, () => memory.markEvictable([memory.take('float32', MIB / 8)]));
  const newer = held[0];
  // Used again: now the newest.
  memory.pin(newer);
  held[0] = memory.markEvictable(newer.blocks);
  assert.is(memory.bytesEvictable, 3 * (MIB / 2));
  assert.is(memory.bytesTaken, memory.bytesEvictable);
  const rest: Block[] = [];
  const evicted = (): string => held.map((each) => (each.evicted ? 'x' : '-')).join('');
  const seen = new Set<string>();
  while (!held.every((each) => each.evicted)) {
    rest.push(memory.take('float32', MIB / 8));
    seen.add(evicted());
    assert.ok(rest.length < 20, 'no block is evicted');
  }
  assert.equal([...seen], ['---', '-x-', '-xx', 'xxx']);
  assert.ok(memory.memory.buffer.byteLength <= 5 * MIB, 'growth in quarters passes the budget by one');
  assert.is(memory.bytesEvictable, 0);
  for (const block of rest) memory.give(block);
  assert.is(memory.bytesTaken, 0);
});

test('coming back to evicted blocks makes the budget larger', () => {
  const memory = new WasmMemory({ budget: 2 * MIB });
  const first = memory.markEvictable([memory.take('float32', MIB / 4)]);
  const second = memory.take('float32', MIB / 4);
  assert.ok(first.evicted);
  memory.pin(first);
  const again = memory.markEvictable([second]);
  const third = memory.take('float32', MIB / 4);
  assert.not(again.evicted, 'within twice the budget nothing is evicted');
  memory.give(third);
});

test('small evictable blocks that are not used again do not pile up, and once some are, more of them may stay', () => {
  const memory = new WasmMemory();
  const mark = () => memory.markEvictable([memory.take('float32', 1), memory.take('float64', 2)]);
  const many = Array.from({ length: 10_000 }, mark);
  const live = (): number => many.filter((each) => !each.evicted).length;
  assert.is(live(), 2048);
  assert.ok(
    many.slice(-2048).every((each) => !each.evicted),
    'the newest stay',
  );
  assert.is(memory.bytesTaken, 2048 * 128);
  memory.pin(many[0]);
  many.push(...Array.from({ length: 4000 }, mark));
  assert.is(live(), 4096);
});

test('out of memory is a MemoryError, before which evictable blocks go, and the memory stays usable', () => {
  const memory = new WasmMemory({ maximum: 2 * MIB });
  const kept = memory.take('float64', 1000);
  kept.data.fill(7);
  const evictable = memory.markEvictable([memory.take('float32', MIB / 8)]);
  const taken = memory.bytesTaken;
  const most = memory.take('float32', MIB / 4);
  assert.not(evictable.evicted);
  for (const n of [MIB, 2 ** 31, 1e15]) {
    assert.throws(
      () => memory.take('float64', n),
      (error: unknown) =>
        error instanceof MemoryError &&
        /^kernels: memory must be able to hold \d+ more bytes, got \d+ of at most 2097152 bytes in use/.test(
          error.message,
        ),
    );
  }
  assert.ok(evictable.evicted, 'evictable blocks were tried');
  memory.give(most);
  assert.ok(memory.bytesTaken < taken);
  const again = memory.take('float32', MIB / 4);
  assert.ok(kept.data.every((v) => v === 7));
  memory.give(again);
  memory.give(kept);
  assert.is(memory.bytesTaken, 0);
});

test('several blocks are taken whole or not at all, and given back when the function throws', () => {
  const { memory, kernels, base } = freshMemory({ maximum: 2 * MIB });
  const many = { a: 1000, b: 50_000, c: MIB };
  assert.throws(() => withBlocks(kernels, 'float32', many, () => 0), isMemoryError);
  assert.is(memory.bytesTaken, base);
  const boom = (): never => {
    throw new RangeError('boom');
  };
  assert.throws(() => withBlocks(kernels, 'float64', { a: 10, b: 20 }, boom), /boom/);
  assert.is(memory.bytesTaken, base);
});

test('products of ordinary arrays leave nothing behind, also when there is no room for them', () => {
  const memory = new WasmMemory({ maximum: MIB });
  const set = wasmKernels({ memory }) as Kernels;
  const base = memory.bytesTaken;
  const run = (n: number): FloatData => {
    const [A, C] = [new Float64Array(n * n).fill(1), new Float64Array(n * n)].map((data) => {
      return { data, at: 0, rows: n, columns: n, ld: n };
    });
    set.multiply(A, A, C);
    return C.data;
  };
  assert.ok(run(64).every((v) => v === 64));
  assert.is(memory.bytesTaken, base);
  assert.throws(() => run(200), isMemoryError);
  assert.is(memory.bytesTaken, base);
  assert.ok(run(32).every((v) => v === 32));
});

test('the constants of the module lie below all that is given out', () => {
  const memory = new WasmMemory();
  const bytes = new Uint8Array(memory.buffer).fill(0xa5);
  wasmKernels({ memory });
  const written = [...bytes.keys()].filter((at) => bytes[at] !== 0xa5);
  assert.ok(written.length > 100, 'constants');
  assert.ok(written[0] >= 64 && (written.at(-1) as number) < OWN, `${written[0]} to ${written.at(-1)}`);
  assert.is(memory.take('float32', 1).pointer(0) >= OWN, true);
});

test.run();
