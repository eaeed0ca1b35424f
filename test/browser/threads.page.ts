/**
 * Threads in a page, ?threads=2, or where they are not to be had, ?threads=1: the same bits either way, and
 * not a word about it.
 */
import { type Dtype, type NdArray, Random, randomNormal, ThreadError } from '@retrograd/arrays';
import { describeKernels, setThreads } from '@retrograd/kernels';
import { LSTM } from '@retrograd/lstm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { tellBits } from '../support/browser/bits.js';
import { setting } from '../support/browser/setting.js';
import { watchPieces } from '../support/browser/watch-pieces.js';
import { meet, sequence, workersUp } from '../support/thread-rendezvous.js';
import { throws } from '../support/throws.js';

const expected = Number(setting('threads'));
const inPage = typeof document !== 'undefined';

/**
 * Has as many threads take part as are to be had here; where one is, others get some time to come all the
 * same.
 */
async function askForTwo(): Promise<void> {
  if (expected === 2) return workersUp(2);
  setThreads(2);
  const end = performance.now() + 500;
  while (performance.now() < end) {
    meet();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Parameters of an LSTM after four steps of training, in which every product is large enough to be split. */
function train(dtype: Dtype): NdArray[] {
  const rng = new Random(5);
  const lstm = new LSTM(64, 128, { seed: 1, dtype });
  const x = randomNormal([32, 16, 64], { rng, dtype });
  for (let step = 0; step < 4; step++) {
    lstm.backward(lstm.forward(x));
    const gradients = Object.values(lstm.getGradients()) as NdArray[];
    const params = Object.values(lstm.getParams()) as NdArray[];
    params.forEach((p, k) => {
      for (let i = 0; i < p.shape[0]; i++) {
        if (p.dimension === 1) p.set(i, p.get(i) - 0.01 * gradients[k].get(i));
        else for (let j = 0; j < p.shape[1]; j++) p.set(i, j, p.get(i, j) - 0.01 * gradients[k].get(i, j));
      }
    });
  }
  return Object.values(lstm.getParams()) as NdArray[];
}

test('the kernels are WebAssembly with relaxed SIMD', () => {
  assert.is(describeKernels().name, 'wasm');
});

test('two threads work at the same time where a page has them', async () => {
  assert.equal(meet(), [4, 4, 4, 4], 'alone');
  await askForTwo();
  assert.is(sequence().threads, expected);
  assert.equal(meet(), expected === 2 ? [2, 2, 2, 2] : [4, 4, 4, 4]);
});

for (const dtype of ['float32', 'float64'] as const) {
  test(`an LSTM trains to the same bits on one thread and on as many as come, in ${dtype}`, async () => {
    setThreads(1);
    const alone = train(dtype);
    tellBits(`an LSTM trained in ${dtype}`, alone);
    // While they start, too.
    setThreads(2);
    const starting = train(dtype);
    await askForTwo();
    let together: NdArray[] = [];
    const { laid, taken, sleeps } = watchPieces(() => {
      together = train(dtype);
    });
    assert.is(sequence().threads, expected);
    alone.forEach((value, i) => {
      assertSameBits(starting[i], value, `parameter ${i}, while threads start`);
      assertSameBits(together[i], value, `parameter ${i}, with all threads`);
    });
    if (expected === 2) assert.ok(laid - taken > 2, `the worker did ${laid - taken} of ${laid} pieces`);
    else assert.is(laid, 0);
    assert.is(sleeps, 0);
  });
}

test('the thread of a page may not sleep, so it waits awake', async () => {
  if (expected !== 2) return;
  const word = new Int32Array(new SharedArrayBuffer(4));
  if (inPage) assert.throws(() => Atomics.wait(word, 0, 0, 0), /cannot be called/);
  else assert.is(Atomics.wait(word, 0, 0, 0), 'timed-out');
});

test('a trap in a worker is an error for the caller, and later calls work', async () => {
  if (expected !== 2) return;
  await workersUp(2);
  throws(
    () => meet({ fails: true }),
    ThreadError,
    'kernels: the answer of a thread must be a finished share, got RuntimeError: unreachable; ' +
      'all threads were ended, and the next call starts new ones',
  );
  assert.equal(meet(), [4, 4, 4, 4], 'alone, right after the trap');
  await workersUp(2);
  assert.equal(meet(), [2, 2, 2, 2], 'with new threads');
});

test('with setThreads(1) the workers go', () => {
  setThreads(1);
  assert.is(sequence().threads, 1);
  assert.equal(meet(), [4, 4, 4, 4]);
});

test.run();
