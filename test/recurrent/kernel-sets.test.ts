/** The layers on the WebAssembly kernels: gates of every width, memory given back, buffers lost and computed again. */

import { copy, dtypeOf, MemoryError, type NdArray, randomNormal } from '@retrograd/arrays';
import { backward, grad, mul, noGrad, parameter, sum, type Tensor, tensor } from '@retrograd/autograd';
import { type KernelName, type Kernels, plainKernels, useKernels, wasmKernels } from '@retrograd/kernels';
import { WasmMemory, type WasmMemoryOptions } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameBits } from '../support/assert-arrays.js';
import { evict, OWN } from '../support/evict.js';
import { type Case, loaded, randomCase, sequenceArgs } from '../support/layer-cases.js';
import { LAYERS, type Layer, type LayerEntry } from '../support/layer-table.js';

const MIB = 2 ** 20;

/** Runs with another kernel set, and puts back the one before. */
function on<R>(kernels: Kernels | KernelName, fn: () => R): R {
  const before = useKernels(kernels);
  try {
    return fn();
  } finally {
    useKernels(before);
  }
}

interface Fresh {
  set: Kernels;
  memory: WasmMemory;
  /** Bytes that are in use beside the blocks held, which must not grow. */
  inUse: () => number;
}

/** A set with a memory of its own. */
function fresh(options: WasmMemoryOptions = {}): Fresh {
  const memory = new WasmMemory(options);
  const set = wasmKernels({ memory }) as Kernels;
  return { set, memory, inUse: () => memory.bytesTaken - memory.bytesEvictable };
}

const forwardOf = (made: Layer, x: NdArray): NdArray =>
  (made.forward as (x: NdArray) => NdArray).call(made, x);

/** Everything that a layer computes on arrays: h_all, gradients of x and of the parameters. */
function trained(made: Layer, each: Case): NdArray[] {
  const h_all = forwardOf(made, each.x);
  const grad_x = made.backward(each.grad_h_all);
  return [h_all, grad_x, ...(Object.values(made.getGradients()) as NdArray[])];
}

/** Everything that the functions of a layer compute: outputs, caches, gradients. */
function byFunctions(layer: LayerEntry, each: Case): Record<string, NdArray> {
  const results = layer.fns.forward(...sequenceArgs(layer, each)) as unknown[];
  const caches = results.at(-1) as Record<string, NdArray>[];
  const gradients = layer.fns.backward(each.grad_h_all, caches, ...each.grad_state) as unknown[];
  const named = (prefix: string, list: unknown[]): [string, NdArray][] =>
    list.flatMap((value, i): [string, NdArray][] =>
      (value as NdArray).shape
        ? [[`${prefix} ${i}`, value as NdArray]]
        : Object.entries(value as Record<string, NdArray>),
    );
  return Object.fromEntries([
    ...named('output', results.slice(0, -1)),
    ...caches.flatMap((cache, t) => layer.cacheKeys.map((key) => [`${key} at ${t}`, cache[key]] as const)),
    ...named('gradient', gradients).map(([key, value]) => [`gradient of ${key}`, value] as const),
  ]);
}

for (const layer of LAYERS) {
  const { className, name } = layer;

  for (const set of ['wasm', 'wasm-simd'] as const) {
    test(`${name} on ${set}: outputs, caches and gradients are those of the plain kernels for every width`, () => {
      for (const dtype of ['float64', 'float32'] as const) {
        const near = dtype === 'float64' ? { rtol: 1e-12, atol: 1e-14 } : { rtol: 2e-5, atol: 2e-6 };
        for (const H of [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 17, 33]) {
          for (const B of [1, 2, 3, 7]) {
            const each = randomCase(layer, { B, T: 3, I: 1 + (H % 4), H }, H, dtype);
            const expected = on('plain', () => byFunctions(layer, each));
            const got = on(set, () => byFunctions(layer, each));
            assert.equal(Object.keys(got), Object.keys(expected));
            for (const key in expected) {
              assert.is(dtypeOf(got[key]), dtype);
              assertClose(got[key], expected[key], `${each.title}, ${dtype}, ${key}`, near);
            }
          }
        }
      }
    });
  }

  test(`${name} in memory that is not shared: the bits of shared memory`, () => {
    for (const dtype of ['float64', 'float32'] as const) {
      const each = randomCase(layer, { B: 3, T: 4, I: 5, H: 9 }, 8, dtype);
      const [expected, got] = [true, false].map((shared) => {
        const { set, memory } = fresh({ shared });
        assert.is(memory.shared, shared);
        return on(set, () => byFunctions(layer, each));
      });
      for (const key in expected) assertSameBits(got[key], expected[key], `${dtype}, ${key}`);
    }
  });

  test(`${className}: after any call all memory is free again but what is held`, () => {
    const { set, inUse, memory } = fresh();
    const each = randomCase(layer, { B: 3, T: 5, I: 4, H: 6 }, 1);
    const base = inUse();
    const check = (what: string): void => assert.is(inUse(), base, `after ${what}`);
    on(set, () => {
      const made = loaded(layer, each);
      check('the constructor');
      forwardOf(made, each.x);
      assert.ok(memory.bytesEvictable > 0);
      check('forward');
      made.backward(each.grad_h_all);
      check('backward');
      made.backward(randomNormal(each.grad_h_all.shape, { seed: 1, dtype: 'float64' }));
      check('backward once more');
      made.step(each.x_t, each.state);
      check('step');
      byFunctions(layer, each);
      check('the functions');
      const single = randomCase(layer, { B: 2, T: 3, I: 4, H: 6 }, 2, 'float32');
      const narrow = loaded(layer, single, { dtype: 'float32' });
      forwardOf(narrow, single.x);
      const wide = randomNormal(single.grad_h_all.shape, { seed: 3 });
      assert.is(dtypeOf(narrow.backward(wide)), 'float64');
      check('a backward in the other dtype');
      const x = parameter(each.x);
      const [h_all] = made.run(x);
      check('the graph, forward');
      backward(sum(mul(h_all, h_all)));
      check('the graph, backward');
      const [again] = made.run(x);
      const [g] = grad(sum(mul(again, again)), [x], { createGraph: true });
      backward(sum(mul(g, g)));
      check('second derivatives');
      noGrad(() => made.run(tensor(each.x)));
      check('a run that is not recorded');
      for (const wrong of [() => made.step(each.x, each.state), () => made.backward(each.x)]) {
        assert.throws(wrong);
        check('an error');
      }
      const empty = randomCase(layer, { B: 0, T: 5, I: 4, H: 6 }, 1);
      forwardOf(made, empty.x);
      made.backward(empty.grad_h_all);
      check('an empty batch');
    });
  });

  test(`${className}: what the graph and a run without recording leave behind is nothing at all`, () => {
    const { set, memory } = fresh();
    const each = randomCase(layer, { B: 3, T: 5, I: 4, H: 6 }, 1);
    on(set, () => {
      const made = loaded(layer, each);
      const base = memory.bytesTaken;
      const [h_all] = made.run(parameter(each.x));
      backward(sum(h_all));
      assert.is(memory.bytesTaken, base, 'after backward');
      noGrad(() => made.run(tensor(each.x)));
      assert.is(memory.bytesTaken, base, 'without recording');
      layer.fns.forward(...sequenceArgs(layer, each));
      assert.is(memory.bytesTaken, base, 'after the functions');
      forwardOf(made, each.x);
      const once = memory.bytesTaken;
      forwardOf(made, each.x);
      assert.is(memory.bytesTaken, once, 'the buffers of the run before are given back');
    });
  });

  test(`${className}: the memory is flat over 1,000 training steps and 1,000 forward runs without a backward run`, () => {
    const { set, memory } = fresh({ budget: 2 * MIB });
    const each = randomCase(layer, { B: 3, T: 9, I: 4, H: 10 }, 1);
    on(set, () => {
      const made = loaded(layer, each);
      const onArrays = (): void => {
        trained(made, each);
      };
      const onGraph = (): void => {
        const [h_all] = made.run(parameter(each.x));
        backward(sum(mul(h_all, h_all)));
        for (const p of made.parameters()) p.grad = null;
      };
      for (const step of [onArrays, onGraph]) {
        step();
        const [taken, size] = [memory.bytesTaken, memory.memory.buffer.byteLength];
        for (let i = 0; i < 1000; i++) step();
        assert.is(memory.bytesTaken, taken);
        assert.is(memory.memory.buffer.byteLength, size);
      }
      const kept: Tensor[] = [];
      for (let i = 0; i < 1000; i++) kept[i % 3] = made.run(parameter(each.x))[0];
      assert.ok(memory.memory.buffer.byteLength <= 2.5 * MIB, `${memory.memory.buffer.byteLength} bytes`);
    });
  });

  test(`${className}: buffers that were lost are computed again to the same bits`, () => {
    for (const dtype of ['float64', 'float32'] as const) {
      const each = randomCase(layer, { B: 4, T: 7, I: 5, H: 9 }, 8, dtype);
      const ample = fresh();
      const expected = on(ample.set, () => trained(loaded(layer, each, { dtype }), each));
      const tight = fresh({ maximum: 2 * MIB });
      on(tight.set, () => {
        const made = loaded(layer, each, { dtype });
        const compare = (got: NdArray[], label: string): void =>
          expected.forEach((value, i) => assertSameBits(got[i], value, `${each.title}, ${label}, ${i}`));
        compare(trained(made, each), 'nothing lost');
        const h_all = forwardOf(made, each.x);
        evict(tight.memory);
        const grad_x = made.backward(each.grad_h_all);
        compare(
          [h_all, grad_x, ...(Object.values(made.getGradients()) as NdArray[])],
          'lost before backward',
        );
        // The given arrays may be written to after forward: the layer goes on with what it saw.
        const x = copy(each.x);
        forwardOf(made, x);
        x.data.fill(0);
        evict(tight.memory);
        assertSameBits(made.backward(each.grad_h_all), expected[1], `${each.title}, x changed`);
        // A graph, all of whose buffers are lost between forward and backward, twice.
        const leaf = parameter(each.x);
        const [all] = made.run(leaf);
        for (let round = 0; round < 2; round++) {
          evict(tight.memory);
          const [g] = grad(all, [leaf], { cotangent: each.grad_h_all });
          assertSameBits(g.value, expected[1], `${each.title}, graph`);
        }
        // What step keeps ready.
        const step = (): NdArray => made.step(each.x_t, each.state)[0];
        const h_t = step();
        evict(tight.memory);
        assertSameBits(step(), h_t, `${each.title}, step`);
        assertSameBits(step(), h_t, `${each.title}, step once more`);
        // In float64 although the run was in float32.
        forwardOf(made, each.x);
        const wide = randomNormal(each.grad_h_all.shape, { seed: 9 });
        const kept = made.backward(wide);
        forwardOf(made, each.x);
        evict(tight.memory);
        assertSameBits(made.backward(wide), kept, `${each.title}, float64`);
      });
    }
  });

  test(`${className}: too little memory anywhere is a MemoryError, after which everything works as before`, () => {
    const each = randomCase(layer, { B: 3, T: 4, I: 3, H: 5 }, 4);
    const { set, memory, inUse } = fresh({ maximum: MIB });
    on(set, () => {
      const made = loaded(layer, each);
      const expected = trained(made, each);
      const base = inUse();
      const room = MIB - OWN - base;
      const outcomes = { failed: 0, passed: 0 };
      for (let left = 0; left < 26_000; left += 192) {
        evict(memory);
        const blocker = memory.take('float32', (room - left) / 4);
        const attempts: (() => void)[] = [
          () => void trained(made, each),
          () => void made.backward(each.grad_h_all),
          () => void made.step(each.x_t, each.state),
          () => void byFunctions(layer, each),
          () => void noGrad(() => made.run(tensor(each.x))),
          () => {
            const [h_all] = made.run(parameter(each.x));
            backward(sum(h_all));
          },
        ];
        for (const attempt of attempts) {
          try {
            attempt();
            outcomes.passed++;
          } catch (error) {
            if (!(error instanceof MemoryError)) throw error;
            outcomes.failed++;
          }
          assert.is(inUse(), base + room - left, `${left} bytes left`);
        }
        memory.give(blocker);
      }
      assert.ok(outcomes.failed > 50 && outcomes.passed > 50, JSON.stringify(outcomes));
      const got = trained(made, each);
      expected.forEach((value, i) => assertSameBits(got[i], value, `${each.title}, ${i}`));
    });
  });

  test(`${className}: step sees every change of the weights, however it is made`, () => {
    for (const set of ['plain', 'wasm-simd', 'wasm'] as const) {
      on(set, () => {
        const each = randomCase(layer, { B: 2, T: 1, I: 3, H: 5 }, 5);
        const made = loaded(layer, each);
        const check = (what: string): void => {
          const [h_t, state] = made.step(each.x_t, each.state);
          const other = layer.make(each.I, each.H, { init: 'zeros' });
          other.loadStateDict(made.stateDict());
          const [expected, after] = other.step(each.x_t, each.state);
          assertSameBits(h_t, expected, `${set}, ${what}`);
          state.forEach((s, i) => assertSameBits(s, after[i], `${set}, ${what}, state ${i}`));
        };
        const first = made.step(each.x_t, each.state)[0];
        const changes: Record<string, () => void> = {
          'an update': () => made.W.update((value) => value.data.fill(0.1)),
          'an update of the biases': () => made.b.update((value) => value.data.fill(0.3)),
          'a view of the weights': () => made.stateDict()[layer.params[0]].set(0, 0, 2),
          'the same view again': () => {
            const [W] = Object.values(made.stateDict());
            made.step(each.x_t, each.state);
            W.set(1, 1, -2);
          },
          'a view of the biases': () => made.stateDict()[layer.params.at(-1) as string].set(0, 1),
          loadStateDict: () => made.loadStateDict(each.params),
        };
        let before = first;
        for (const [what, change] of Object.entries(changes)) {
          change();
          const h_t = made.step(each.x_t, each.state)[0];
          assert.not.equal([...h_t.data], [...before.data], `${set}, ${what} changes nothing`);
          before = h_t;
          check(what);
        }
        assertSameBits(before, first, 'the weights of the beginning');
      });
    }
  });

  test(`${className}: two layers in turn, at changing batch sizes, do not disturb each other, whatever is lost`, () => {
    const sizes = { B: 6, T: 5, I: 4, H: 7 };
    const cases = [randomCase(layer, sizes, 11), randomCase(layer, { ...sizes, I: 3, H: 12 }, 12)];
    const first = (x: NdArray, B: number): NdArray => x.hi(B, ...x.shape.slice(1));
    const part = (each: Case, B: number): Case => ({
      ...each,
      x: copy(first(each.x, B)),
      grad_h_all: copy(first(each.grad_h_all, B)),
    });
    const ample = fresh();
    const alone = on(ample.set, () =>
      cases.map((each) => [1, 6, 2, 3].map((B) => trained(loaded(layer, each), part(each, B)))),
    );
    const steps = on(ample.set, () =>
      cases.map((each) => [1, 6, 2, 3].map((B) => loaded(layer, each).step(first(each.x_t, B))[0])),
    );
    for (const tight of [false, true]) {
      const { set, memory } = fresh({ maximum: 2 * MIB });
      on(set, () => {
        const made = cases.map((each) => loaded(layer, each));
        [1, 6, 2, 3].forEach((B, i) => {
          const parts = cases.map((each) => part(each, B));
          const lose = (): void => {
            if (tight) evict(memory);
          };
          const h_all = made.map((one, k) => forwardOf(one, parts[k].x));
          lose();
          const streamed = made.map((one, k) => {
            const [h_t] = one.step(first(cases[k].x_t, B));
            lose();
            return h_t;
          });
          const grad_x = made.map((one, k) => {
            lose();
            return one.backward(parts[k].grad_h_all);
          });
          made.forEach((one, k) => {
            const got = [h_all[k], grad_x[k], ...(Object.values(one.getGradients()) as NdArray[])];
            got.forEach((value, j) => assertSameBits(value, alone[k][i][j], `B ${B}, layer ${k}, ${j}`));
            assertSameBits(streamed[k], steps[k][i], `B ${B}, layer ${k}, step`);
          });
        });
      });
    }
  });

  test(`${className}: a run goes on with the kernels that it began with, and steps follow the ones in use`, () => {
    const each = randomCase(layer, { B: 2, T: 6, I: 3, H: 5 }, 6);
    const [one, two] = [fresh(), fresh()];
    const streaming = loaded(layer, each);
    for (const [{ set, memory }, other] of [
      [one, two.set],
      [two, plainKernels],
    ] as const) {
      on(set, () => streaming.step(each.x_t, each.state));
      assert.ok(memory.bytesEvictable > 0, 'the weights are kept ready in the set in use');
      on(other, () => streaming.step(each.x_t, each.state));
      assert.is(memory.bytesEvictable, 0, 'and given back when another is used');
    }
    const sets: Kernels[] = [plainKernels, one.set, two.set];
    const expected = sets.map((set) => on(set, () => trained(loaded(layer, each), each)));
    sets.forEach((set, i) => {
      for (const other of sets) {
        const made = loaded(layer, each);
        const h_all = on(set, () => forwardOf(made, each.x));
        const grad_x = on(other, () => made.backward(each.grad_h_all));
        const got = [h_all, grad_x, ...(Object.values(made.getGradients()) as NdArray[])];
        got.forEach((value, j) => assertSameBits(value, expected[i][j], `${set.name}, ${other.name}, ${j}`));
        const leaf = parameter(each.x);
        const [all] = on(set, () => made.run(leaf));
        const [g] = on(other, () => grad(all, [leaf], { cotangent: each.grad_h_all }));
        assertSameBits(g.value, expected[i][1], `${set.name}, ${other.name}, graph`);
        const step = (): NdArray => made.step(each.x_t, each.state)[0];
        const before = on(set, step);
        on(other, step);
        assertSameBits(on(set, step), before, `${set.name}, ${other.name}, step`);
      }
    });
  });
}

test.run();
