/**
 * Threads of the WebAssembly kernels: the same bits for any number of them, and workers that come, idle, fail
 * and go without being noticed. The machine may be busy, so nothing here waits for less than many seconds.
 */

import { type Dtype, type FloatData, Random, randomNormal, ThreadError, ValueError } from '@retrograd/arrays';
import {
  type Block,
  currentKernels,
  type Kernels,
  plainKernels,
  type SequenceKernels,
  setThreads,
  useKernels,
  WasmMemory,
  wasmKernels,
} from '@retrograd/kernels';
import { matrix, tanhOf } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameBits } from '../support/assert-arrays.js';
import { runChild, threadsOfProcess } from '../support/child-programs.js';
import { loaded, randomCase } from '../support/layer-cases.js';
import { type Arrays, LAYERS } from '../support/layer-table.js';
import { meet, sequence, threadsUp, workersUp } from '../support/thread-rendezvous.js';
import { throws } from '../support/throws.js';

// The first test, so that no thread of another one is still on its way out.
test('setThreads gives back the number before, and with 1 the threads end', async () => {
  const alone = threadsOfProcess();
  assert.is(setThreads(3), 1);
  assert.is(setThreads(3), 3);
  await workersUp(3);
  assert.is(sequence().threads, 3);
  assert.is(threadsOfProcess() - alone, 2);
  assert.is(setThreads(2), 3);
  await workersUp(2);
  assert.is(setThreads(1), 2);
  assert.is(sequence().threads, 1);
  const started = performance.now();
  while (threadsOfProcess() > alone && performance.now() - started < 10_000) await pause(5);
  assert.is(threadsOfProcess() - alone, 0);
});

test('setThreads reaches kernel sets made before it and after it, also those that are not in use', async () => {
  const make = () => wasmKernels({ memory: new WasmMemory() }) as Kernels;
  const early = make();
  setThreads(2);
  const before = currentKernels();
  const sets = [early, make()];
  for (const set of sets) {
    useKernels(set);
    await threadsUp(2);
  }
  useKernels(before);
  assert.equal(
    sets.map((set) => set.sequence.threads),
    [2, 2],
  );
  setThreads(1);
  assert.equal(
    sets.map((set) => set.sequence.threads),
    [1, 1],
  );
});

/** Runs with each number of threads, and gives back the results. */
async function forEachCount<R>(fn: () => R): Promise<R[]> {
  const results: R[] = [];
  for (const n of [1, 2, 3]) {
    await workersUp(n);
    results.push(fn());
  }
  setThreads(1);
  return results;
}

/**
 * Odd and even, above and below what is split, in one and several blocks of the kernels; a batch of one too.
 */
const SIZES = [
  { B: 32, T: 3, I: 40, H: 64 },
  { B: 7, T: 4, I: 130, H: 100 },
  { B: 1, T: 9, I: 70, H: 257 },
  { B: 3, T: 2, I: 5, H: 300 },
  { B: 13, T: 3, I: 9, H: 37 },
  { B: 2, T: 5, I: 3, H: 4 },
];

for (const layer of LAYERS) {
  for (const dtype of ['float64', 'float32'] as const) {
    test(`${layer.className}: forward, backward and step have the same bits on 1, 2 and 3 threads, in ${dtype}`, async () => {
      const cases = SIZES.map((sizes, i) => randomCase(layer, sizes, 70 + i, dtype));
      const runAll = () =>
        cases.map((each) => {
          const made = loaded(layer, each, { dtype });
          const { x, state, params, grad_h_all, grad_state } = each;
          const { h_all, final, grads } = layer.sequenceByHand(
            x,
            state,
            params,
            grad_h_all,
            grad_state,
            false,
          );
          const [h_t, after] = made.step(each.x_t, state);
          const outputs = [h_all, ...final, h_t, ...after].map((value, k) => [`output ${k}`, value]);
          return { ...grads, ...Object.fromEntries(outputs) } as Arrays;
        });
      const [one, two, three] = await forEachCount(runAll);
      const before = useKernels(plainKernels);
      const plain = runAll();
      useKernels(before);
      const tolerance = dtype === 'float64' ? { rtol: 1e-10, atol: 1e-12 } : { rtol: 2e-3, atol: 2e-4 };
      one.forEach((results, i) => {
        for (const [name, value] of Object.entries(results)) {
          const what = `${cases[i].title}, ${name}`;
          assertSameBits(two[i][name], value, `${what}, 2 threads`);
          assertSameBits(three[i][name], value, `${what}, 3 threads`);
          assertClose(value, plain[i][name], `${what}, plain`, tolerance);
        }
      });
    });
  }
}

/** A block of random numbers. */
function filled(dtype: Dtype, n: number, seed: number): Block {
  const block = sequence().take(dtype, n);
  const rng = new Random(seed);
  const { data } = block;
  for (let i = 0; i < n; i++) data[i] = rng.normal();
  return block;
}

for (const dtype of ['float64', 'float32'] as const) {
  test(`every kernel has the same bits on 1, 2 and 3 threads, and writes nothing beside its result, in ${dtype}`, async () => {
    const rng = new Random(5);
    const products = Array.from({ length: 24 }, (_, i) => {
      const [M, N, K] = i % 2 ? [200, 150, 300] : [40, 600, 70];
      const flags = [0, 1, 2].map((bit) => ((i >> bit) & 1) === 1);
      const sizes = [M, N, K].map((n) => (i % 5 === 0 ? 1 : 0) + rng.integer(n));
      return { i, sizes, flags, pads: [0, 1, 2].map(() => rng.integer(3)) };
    });
    const entries = 400 * 600;
    const run = (): FloatData[] => {
      const s = sequence();
      const [A, B] = [filled(dtype, entries, 1), filled(dtype, entries, 2)];
      const results: FloatData[] = [];
      const collect = (C: Block): void => {
        results.push(s.release(C));
      };
      for (const { sizes, flags, pads } of products) {
        const [M, N, K] = sizes;
        const [transA, transB, accumulate] = flags;
        const [lda, ldb] = [(transA ? M : K) + pads[0], (transB ? K : N) + pads[1]];
        const ldc = N + pads[2];
        const C = filled(dtype, (M + 1) * ldc + 8, 3);
        const left = transA ? matrix(A, K, M, 2, lda) : matrix(A, M, K, 2, lda);
        const right = transB ? matrix(B, N, K, 3, ldb) : matrix(B, K, N, 3, ldb);
        s.multiply(left, right, matrix(C, M, N, 5, ldc), { transA, transB, accumulate });
        const packed = s.pack(right, { trans: transB });
        collect(C);
        const D = filled(dtype, (M + 1) * ldc + 8, 4);
        s.multiplyPacked(matrix(A, M, K, 2, K + pads[0]), packed, matrix(D, M, N, 5, ldc), accumulate);
        packed.blocks.forEach(s.give, s);
        collect(D);
        const F = filled(dtype, M * N + 9, 6);
        tanhOf(s, M * N, F, 4);
        collect(F);
      }
      s.give(A);
      s.give(B);
      return results;
    };
    const [one, two, three] = await forEachCount(run);
    one.forEach((expected, i) => {
      const what = `product ${JSON.stringify(products[Math.floor(i / 3)])}, result ${i % 3}`;
      assert.ok(
        expected.every((v, k) => Object.is(v, two[i][k])),
        `${what}, 2 threads`,
      );
      assert.ok(
        expected.every((v, k) => Object.is(v, three[i][k])),
        `${what}, 3 threads`,
      );
    });
  });
}

test('two threads work at the same time, on memory that has grown since they started', async () => {
  assert.equal(meet(), [4, 4, 4, 4], 'alone');
  await workersUp(2);
  assert.equal(meet(), [2, 2, 2, 2]);
  // One block as large as all there is, so that its end lies in new memory.
  const probe = sequence().take('float32', 1);
  const before = probe.data.buffer.byteLength;
  assert.equal(meet({ words: before / 4 }), [2, 2, 2, 2]);
  assert.ok(probe.data.buffer.byteLength > before);
  sequence().give(probe);
  setThreads(1);
});

test('a trap in a worker is an error for the caller, and later calls work', async () => {
  for (let round = 0; round < 2; round++) {
    await workersUp(2);
    throws(
      () => meet({ fails: true }),
      ThreadError,
      'kernels: the answer of a thread must be a finished share, got RuntimeError: unreachable; ' +
        'all threads were ended, and the next call starts new ones',
    );
    assert.is(sequence().threads, 1);
    assert.equal(meet(), [4, 4, 4, 4], 'alone, right after the trap');
  }
  await workersUp(2);
  assert.equal(meet(), [2, 2, 2, 2], 'with new threads');
  setThreads(1);
});

test('weights that a layer keeps packed for its steps are packed again for another number of threads', () => {
  const before = currentKernels();
  let packed = 0;
  const spy: SequenceKernels = Object.create(before.sequence);
  spy.pack = (...args) => {
    packed++;
    return before.sequence.pack(...args);
  };
  useKernels({ ...before, sequence: spy });
  try {
    const layer = LAYERS[0].make(3, 4, { seed: 1 });
    const x_t = randomNormal([1, 3], { seed: 2 });
    for (const [n, expected] of [
      [1, 2],
      [1, 2],
      [2, 4],
      [2, 4],
      [1, 6],
    ]) {
      setThreads(n);
      layer.step(x_t);
      assert.is(packed, expected);
    }
  } finally {
    setThreads(1);
    useKernels(before);
  }
});

test('idle workers use no processor', async () => {
  await workersUp(3);
  await pause(100);
  const before = process.cpuUsage();
  await pause(300);
  const { user, system } = process.cpuUsage(before);
  setThreads(1);
  assert.ok(user + system < 25_000, `${(user + system) / 1000} ms of processor time in 300 ms`);
});

test('setThreads refuses what is not a number of threads, and changes nothing then', () => {
  const wrong: [unknown, string][] = [
    [0, '0'],
    [-1, '-1'],
    [1.5, '1.5'],
    [65, '65'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    ['2', "'2'"],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[2], 'a list of 1'],
  ];
  for (const [n, got] of wrong) {
    const message = `setThreads: n must be an integer from 1 to 64, got ${got}`;
    throws(() => setThreads(n as number), ValueError, message);
  }
  assert.is(setThreads(1), 1);
});

test('a process ends by itself while its workers idle, and while they start', async () => {
  assert.equal(await runChild('idle'), { code: 0, output: 'threads 2' });
  assert.equal(await runChild('starting'), { code: 0, output: 'threads 1' });
});

test('where workers or shared memory are missing there is one thread, silently', async () => {
  assert.equal(await runChild('no workers'), { code: 0, output: 'threads 1' });
  assert.equal(await runChild('no shared memory'), { code: 0, output: 'threads 1' });
  assert.equal(await runChild('workers refused'), { code: 0, output: 'threads 1' });
  assert.equal(await runChild('workers fail'), { code: 0, output: 'threads 1' });
});

test('in a page the workers are Web Workers', async () => {
  assert.equal(await runChild('page'), { code: 0, output: 'threads 2' });
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test.run();
