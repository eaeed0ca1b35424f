/** The packed weights and scratch of single steps: kept between steps, made anew after eviction, and never half taken. */

import { MemoryError, randomNormal, zeros } from '@retrograd/arrays';
import { type Kernels, useKernels, wasmKernels } from '@retrograd/kernels';
import { WasmMemory } from '@retrograd/kernels/internal';
import { before, type Cell, gateParameters } from '@retrograd/recurrent';
import { StepWorkspace } from '@retrograd/recurrent/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evict, OWN } from '../support/evict.js';

const MIB = 2 ** 20;
const [I, H] = [3, 2];

/** h_t = h_prev W_h + x W_x + b, in two products that each make one column. */
const linear: Cell = {
  name: 'linear',
  gates: ['a'],
  states: (sizes) => ({ h: sizes.H }),
  products: (sizes) => [0, 1].map((j) => ({ operand: 'h', rows: [0, sizes.H], columns: [j, j + 1] })),
  forward: ({ sizes, series: { a, h }, multiply }) => {
    return (n, t) => {
      multiply(0, n, t);
      multiply(1, n, t);
      h.block.data.set(a.block.data.subarray(a.at(t), a.at(t) + n * sizes.H), h.at(t + 1));
    };
  },
  backward: () => () => assert.unreachable('steps have no backward run'),
  parameters: gateParameters(['a']),
  initial: (sizes) => ({ W: zeros([sizes.H + sizes.I, sizes.H]), b: zeros([sizes.H]) }),
  cache: { h_prev: before('h') },
};

test('weights are packed once for each batch, again after eviction, and leave nothing behind when room is short', () => {
  const memory = new WasmMemory({ maximum: 2 * MIB });
  const base = (): number => memory.bytesTaken - memory.bytesEvictable;
  const previous = useKernels(wasmKernels({ memory }) as Kernels);
  const start = base();
  try {
    const W = Float64Array.from({ length: (H + I) * H }, (_, i) => i - 3);
    const b = Float64Array.from([0.5, -0.25]);
    const workspace = new StepWorkspace(linear, { I, H }, { W, b }, 'float64');
    let packed = 0;
    const { pack } = workspace.kernels;
    workspace.kernels.pack = (...args) => {
      packed++;
      return pack.apply(workspace.kernels, args);
    };
    const step = (B: number): void => {
      const [x, h] = [randomNormal([B, I], { seed: B }), randomNormal([B, H], { seed: B + 1 })];
      workspace.step(x, [h]);
      const [h_t] = workspace.unload();
      for (let n = 0; n < B; n++) {
        for (let j = 0; j < H; j++) {
          let sum = b[j];
          for (let i = 0; i < H; i++) sum += h.get(n, i) * W[i * H + j];
          for (let i = 0; i < I; i++) sum += x.get(n, i) * W[(H + i) * H + j];
          assert.ok(Math.abs(h_t.get(n, j) - sum) < 1e-12, `row ${n}, column ${j} of ${B} rows`);
        }
      }
      assert.is(base(), start, 'all that stays is evictable');
    };
    const packs: number[] = [];
    for (const B of [1, 1, 5, 2, 2]) {
      step(B);
      packs.push(packed / 3);
    }
    assert.equal(packs, [1, 1, 2, 3, 3]);
    evict(memory);
    assert.is(memory.bytesTaken, start);
    step(2);
    assert.is(packed / 3, 4);
    assert.throws(() => workspace.step(zeros([1e5, I]), [zeros([1e5, H])]), isMemoryError);
    assert.is(base(), start);

    // Each of its blocks in turn is the one that there is no room for.
    const room = 2 * MIB - OWN - start;
    let failures = 0;
    for (let left = 0; left <= 2048; left += 64) {
      workspace.release();
      const blocker = memory.take('float32', (room - left) / 4);
      try {
        workspace.step(zeros([1, I]), [zeros([1, H])]);
      } catch (error) {
        assert.ok(isMemoryError(error));
        failures++;
      }
      assert.is(base(), start + room - left, `${left} bytes left`);
      memory.give(blocker);
    }
    assert.ok(failures > 5 && failures < 33, `${failures} failures`);
    step(3);
    workspace.release();
    workspace.release();
    assert.is(memory.bytesTaken, start);
  } finally {
    useKernels(previous);
  }
});

const isMemoryError = (error: unknown): boolean => error instanceof MemoryError;

test.run();
