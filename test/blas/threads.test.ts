/** Threads that share products of a native library, and who computes at a given size. */

import { randomNormal } from '@retrograd/arrays';
import { type BlasKernels, blasKernels } from '@retrograd/blas/use';
import { type Block, describeKernels, plainKernels, setThreads, useKernels } from '@retrograd/kernels';
import { matrix } from '@retrograd/kernels/internal';
import { LSTM } from '@retrograd/lstm';
import koffi from 'koffi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '../support/assert-arrays.js';
import { libraries, standIn, tellSkipped } from '../support/blas/libraries.js';
import { runChild } from '../support/child-programs.js';
import { randomCase } from '../support/layer-cases.js';
import { LAYERS } from '../support/layer-table.js';
import { threadsUp, workersUp } from '../support/thread-rendezvous.js';

tellSkipped(test);

/**
 * A library made for a test, with the settings of OpenBLAS; without a compiler the test says that it is left
 * out.
 */
function testWith(title: string, name: string, macros: string[], run: (file: string) => unknown): void {
  test(title, async () => {
    const file = standIn(name, 'OPENBLAS=""', ...macros);
    if (file === null) {
      console.log(`SKIPPED: ${title}: there is no C compiler`);
      return;
    }
    try {
      await run(file);
    } finally {
      setThreads(1);
    }
  });
}

/** Asks the library itself. */
function asker(file: string): (name: string) => number {
  const library = koffi.load(file);
  return (name) => library.func(name, 'int', [])();
}

const threadsOf = (kernels: BlasKernels) => kernels.blas?.threads;

// The first test: nothing has called setThreads yet.
testWith(
  'there are as many threads as the library had, until a number is asked for',
  'untouched',
  [],
  (file) => {
    assert.is(threadsOf(blasKernels({ library: file })), 2);
    assert.is(asker(file)('openblas_get_num_threads'), 1, 'each of them has the library compute with one');
  },
);

testWith('the number of threads follows setThreads, before and after loading', 'follows', [], (file) => {
  setThreads(3);
  const kernels = blasKernels({ library: file });
  assert.is(threadsOf(kernels), 3, 'asked for before it was loaded');
  setThreads(5);
  assert.is(threadsOf(kernels), 5);
  assert.is(asker(file)('openblas_get_num_threads'), 1);
  const before = useKernels(kernels);
  setThreads(4);
  assert.equal(describeKernels().threads, { asked: 4, running: 1 });
  assert.is(describeKernels().blas?.threads, 4);
  assert.is(describeKernels().relaxed, true);
  useKernels(before);
  assert.is(blasKernels({ library: file, relaxed: false }).relaxed, false);
});

testWith('a number of threads that is named for a set stays', 'keeps', [], async (file) => {
  const kernels = blasKernels({ library: file, always: true, threads: 3 });
  assert.is(threadsOf(kernels), 3);
  setThreads(2);
  assert.is(threadsOf(kernels), 3);
  assert.is(threadsOf(blasKernels({ library: file })), 2, 'that of another set does not change');
  const before = useKernels(kernels);
  await threadsUp(3);
  setThreads(1);
  assert.is(describeKernels().threads.running, 3);
  kernels.setThreads(1);
  assert.is(threadsOf(kernels), 1);
  assert.is(describeKernels().threads.running, 1);
  useKernels(before);
});

testWith(
  'a library without locks is called by one thread',
  'lockless',
  ['OPENBLAS="SINGLE_THREADED"'],
  (file) => {
    const kernels = blasKernels({ library: file, threads: 3 });
    assert.is(threadsOf(kernels), 1);
    setThreads(2);
    assert.is(threadsOf(kernels), 1);
  },
);

testWith('all threads call the library, each with one thread of its own', 'callers', [], async (file) => {
  const kernels = blasKernels({ library: file, always: true, threads: 3 });
  const before = useKernels(kernels);
  await threadsUp(3);
  const { sequence } = kernels;
  const [M, N, K] = [6, 900, 200];
  const { run, free } = packed(kernels, M, N, K, M);
  const ask = asker(file);
  const started = performance.now();
  // A worker that is late leaves its pieces to the others.
  while (ask('standin_callers') < 3 && performance.now() - started < 30_000) run(M);
  assert.is(ask('standin_callers'), 3);
  assert.is(ask('standin_last_threads'), 1);
  free();
  assert.is(sequence.threads, 3);
  kernels.setThreads(1);
  useKernels(before);
});

testWith('a process may end as soon as its threads have been started', 'short', [], async (file) => {
  for (let delay = 0; delay < 80; delay += 8) {
    const ended = await runChild(JSON.stringify([file, delay]), 'test/support/blas/short-process.ts');
    assert.equal(ended, { code: 0, output: '32,8,64' }, `after ${delay} ms`);
  }
});

/** A product in float32 of this size by arrays that hold ones. */
function multiply(kernels: BlasKernels, M: number, N: number, K: number): void {
  const [A, B, C] = [M * K, K * N, M * N].map((n) => new Float32Array(n).fill(1));
  const dense = (data: Float32Array, rows: number, columns: number) => {
    return { data, at: 0, rows, columns, ld: columns };
  };
  kernels.multiply(dense(A, M, K), dense(B, K, N), dense(C, M, N));
  assert.ok(C.every((v) => v === K));
}

testWith('a size is timed once for each number of threads', 'timed', [], async (file) => {
  setThreads(1);
  const kernels = blasKernels({ library: file });
  const ask = asker(file);
  const callsOf = (): number => {
    const before = ask('standin_gemm_calls');
    multiply(kernels, 32, 64, 64);
    return ask('standin_gemm_calls') - before;
  };
  assert.ok(callsOf() > 3, 'the first product of a size is timed');
  assert.ok(callsOf() <= 1, 'the second is not');
  setThreads(2);
  assert.ok(callsOf() > 3, 'with other threads it is timed again');
  assert.ok(callsOf() <= 1);
  kernels.setThreads(1);
  assert.ok(callsOf() > 3, 'and with a number for the library alone');
  assert.ok(callsOf() <= 1);
});

/** Operands in the workspace, of ones, and op(B) packed for M rows, or for any number. */
function packed({ sequence }: BlasKernels, rows: number, N: number, K: number, M?: number) {
  const [A, B, C] = [rows * K, K * N, rows * N].map((n): Block => sequence.take('float32', n));
  A.data.fill(1);
  B.data.fill(1);
  const operand = sequence.pack(matrix(B, K, N), { rows: M });
  const multiply = (m: number): void =>
    sequence.multiplyPacked(matrix(A, m, K), operand, matrix(C, m, N), false);
  const run = (m: number): void => {
    C.data.fill(7);
    multiply(m);
    assert.ok(C.data.every((v, i) => v === (i < m * N ? K : 7)));
  };
  const free = (): void => {
    for (const block of [A, B, C, ...operand.blocks]) sequence.give(block);
  };
  return { blocks: operand.blocks.length, multiply, run, free };
}

testWith('one row of a packed operand goes to the matrix-vector product', 'vector', [], (file) => {
  const kernels = blasKernels({ library: file, always: true });
  const ask = asker(file);
  const { run, free } = packed(kernels, 4, 32, 32);
  const before = [ask('standin_gemm_calls'), ask('standin_gemv_calls')];
  run(1);
  assert.equal([ask('standin_gemm_calls') - before[0], ask('standin_gemv_calls') - before[1]], [0, 1]);
  run(4);
  assert.equal([ask('standin_gemm_calls') - before[0], ask('standin_gemv_calls') - before[1]], [1, 1]);
  free();
});

testWith('an operand is packed unless the library computes all its products', 'packed', [], (file) => {
  const kernels = blasKernels({ library: file, always: true });
  const known = packed(kernels, 8, 32, 32, 8);
  assert.is(known.blocks, 0, 'the library reads it as it lies');
  const unknown = packed(kernels, 8, 32, 32);
  assert.is(unknown.blocks, 1);
  for (const each of [known, unknown]) {
    for (const M of [8, 1, 3]) each.run(M);
    each.free();
  }
  // Below every size at which the library is worth its call.
  const small = packed(blasKernels({ library: file }), 2, 4, 4, 2);
  assert.is(small.blocks, 1);
  small.run(2);
  small.free();
});

testWith(
  'each number of rows goes its own way, although another went first',
  'rowwise',
  ['HASTY'],
  (file) => {
    setThreads(1);
    const kernels = blasKernels({ library: file });
    const ask = asker(file);
    const calls = () => [ask('standin_gemm_calls'), ask('standin_gemv_calls')];
    const before = calls();
    const both = packed(kernels, 16, 128, 128);
    assert.is(both.blocks, 1);
    assert.equal(calls(), before, 'nothing is timed before the rows are known');
    // The stand-in wins with one row, and loses with a batch.
    both.multiply(1);
    both.multiply(16);
    const after = calls();
    both.run(16);
    assert.equal(calls(), after, 'the batch stays with WebAssembly');
    both.multiply(1);
    assert.equal(calls(), [after[0], after[1] + 1]);
    assert.is(packed(kernels, 1, 128, 128, 1).blocks, 0);
    assert.is(packed(kernels, 16, 128, 128, 16).blocks, 1);
    both.free();
  },
);

testWith(
  'a layer streams by matrix-vector products and trains by WebAssembly',
  'stream',
  ['HASTY'],
  (file) => {
    setThreads(1);
    const ask = asker(file);
    const before = useKernels(blasKernels({ library: file }));
    try {
      const layer = new LSTM(64, 96, { seed: 1, dtype: 'float32' });
      const x = randomNormal([16, 4, 64], { seed: 2, dtype: 'float32' });
      const x_t = randomNormal([1, 64], { seed: 3, dtype: 'float32' });
      const count = (fn: () => unknown): number[] => {
        fn();
        const [gemms, gemvs] = [ask('standin_gemm_calls'), ask('standin_gemv_calls')];
        fn();
        return [ask('standin_gemm_calls') - gemms, ask('standin_gemv_calls') - gemvs];
      };
      const train = () => layer.backward(layer.forward(x));
      assert.equal(count(train), [0, 0]);
      assert.equal(
        count(() => layer.step(x_t)),
        [0, 2],
        'the input part and the hidden part',
      );
      assert.equal(count(train), [0, 0]);
    } finally {
      useKernels(before);
    }
  },
);

for (const library of libraries) {
  test(`layers compute the same with workers that call the library: ${library}`, async () => {
    for (const layer of LAYERS) {
      const each = randomCase(layer, { B: 33, T: 3, I: 40, H: 70 }, 7, 'float64');
      const { x, state, params, grad_h_all, grad_state } = each;
      const run = () => layer.sequenceByHand(x, state, params, grad_h_all, grad_state, false);
      const before = useKernels(plainKernels);
      const plain = run();
      for (const always of [true, false]) {
        useKernels(blasKernels({ library, always }));
        await workersUp(2);
        assert.is(describeKernels().threads.running, 2);
        for (let round = 0; round < 3; round++) {
          const got = run();
          assertClose(got.h_all, plain.h_all, each.title);
          for (const [name, value] of Object.entries(got.grads)) {
            assertClose(value, plain.grads[name], `${each.title}, ${name}`, { rtol: 1e-10, atol: 1e-12 });
          }
        }
        setThreads(1);
      }
      useKernels(before);
    }
  });
}

test.run();
