/** Packed weights for single steps: made anew when they were evicted, for another batch, and after a failure. */

import { MemoryError, Random, randomNormal } from '@retrograd/arrays';
import { type Kernels, plainKernels, useKernels, wasmKernels } from '@retrograd/kernels';
import { WasmMemory } from '@retrograd/kernels/internal';
import { LSTM } from '@retrograd/lstm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { evict, OWN } from '../support/evict.js';

const MIB = 2 ** 20;
const isMemoryError = (error: unknown): boolean => error instanceof MemoryError;

/** An LSTM whose steps run in a memory of their own, and what its step gives for B samples. */
function streaming() {
  const memory = new WasmMemory({ maximum: 2 * MIB });
  const kernels = wasmKernels({ memory }) as Kernels;
  const base = memory.bytesTaken;
  const layer = new LSTM(3, 4, { seed: 2 });
  const step = (B: number) => layer.step(randomNormal([B, 3], { rng: new Random(B) }))[1];
  return { memory, kernels, base, step };
}

test('a step gives the same bits after eviction and for any batch in between', () => {
  const { memory, kernels, base, step } = streaming();
  const before = useKernels(kernels);
  try {
    const first = step(1);
    for (const B of [1, 5, 2, 2]) step(B);
    assert.is(memory.bytesTaken, base + memory.bytesEvictable, 'nothing but what may be evicted is left');
    step(1).forEach((state, i) => assertSameBits(state, first[i], `state ${i}`));
    evict(memory);
    assert.is(memory.bytesTaken, base);
    step(1).forEach((state, i) => assertSameBits(state, first[i], `state ${i}, after eviction`));
  } finally {
    useKernels(before);
  }
});

test('a step that finds no room leaves nothing behind, whichever of its blocks it is', () => {
  const { memory, kernels, base, step } = streaming();
  const before = useKernels(kernels);
  try {
    const first = step(1);
    assert.throws(() => step(1e5), isMemoryError);
    assert.is(memory.bytesTaken, base + memory.bytesEvictable);
    const room = 2 * MIB - OWN - base;
    let failed = 0;
    for (let left = 0; left <= 8192; left += 64) {
      evict(memory);
      const blocker = memory.take('float32', (room - left) / 4);
      try {
        step(1);
      } catch (error) {
        assert.ok(isMemoryError(error), `${left} bytes left: ${error}`);
        failed++;
      }
      assert.is(memory.bytesTaken, base + room - left + memory.bytesEvictable, `${left} bytes left`);
      memory.give(blocker);
    }
    assert.ok(failed > 20, `${failed} steps found too little room`);
    step(1).forEach((state, i) => assertSameBits(state, first[i], `state ${i}, at the end`));
  } finally {
    useKernels(before);
  }
});

test('a layer that streams follows a change of the kernel set', () => {
  const layer = new LSTM(3, 4, { seed: 2 });
  const x = randomNormal([2, 3], { rng: new Random(1) });
  const before = useKernels(plainKernels);
  try {
    const [plain] = layer.step(x);
    useKernels(before);
    layer.step(x);
    useKernels(plainKernels);
    assertSameBits(layer.step(x)[0], plain, 'the plain kernels again');
  } finally {
    useKernels(before);
  }
});

test.run();
