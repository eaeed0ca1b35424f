/** Linear, Embedding, Dropout and oneHot: values, gradients, initial weights, wrong calls. */

import {
  array,
  DtypeError,
  dtypeOf,
  matmul,
  Random,
  randomNormal,
  ShapeError,
  toNested,
  ValueError,
  wrap,
  zeros,
} from '@retrograd/arrays';
import { constant, gradCheck, tanh, tensor } from '@retrograd/autograd';
import { Dropout, Embedding, Linear, lastStep, oneHot } from '@retrograd/nn';
import ndarray from 'ndarray';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameBits } from '../support/assert-arrays.js';
import { testRefusals } from '../support/refuses.js';
import { viewsOf } from '../support/views.js';

export const kernels = 'all';

const SEED = 20;

test('Linear multiplies with W and adds b, on any number of leading axes', () => {
  const linear = new Linear(2, 3, { seed: 1 });
  linear.loadStateDict({
    weight: array([
      [1, 2, 3],
      [4, 5, 6],
    ]),
    bias: array([10, 20, 30]),
  });
  assert.equal(toNested(linear.forward(array([1, -1])).value), [7, 17, 27]);
  assert.equal(toNested(linear.forward(array([[1, 0]])).value), [[11, 22, 33]]);
  const deep = linear.forward(array([[[[1, 0]], [[0, 1]]]])).value;
  assert.equal(toNested(deep), [[[[11, 22, 33]], [[14, 25, 36]]]]);
  assert.equal(linear.forward(zeros([2, 0, 2])).shape, [2, 0, 3]);
  assert.equal(linear.forward(zeros([0, 5, 2])).shape, [0, 5, 3]);
});

test('Linear without bias has the product alone', () => {
  const linear = new Linear(3, 2, { bias: false, seed: 2 });
  const x = randomNormal([4, 3], { seed: SEED });
  assert.is(linear.bias, null);
  assert.equal(Object.keys(linear.stateDict()), ['weight']);
  assertSameBits(linear.forward(x).value, matmul(x, linear.weight.value), 'x W');
});

test('Linear gives the same answer for every kind of view', () => {
  const linear = new Linear(3, 2, { seed: 2 });
  const x = randomNormal([2, 4, 3], { seed: SEED });
  const expected = linear.forward(x).value;
  for (const { name, view } of viewsOf(x)) assertSameBits(linear.forward(view).value, expected, name);
});

test('gradients through Linear and Embedding agree with finite differences', () => {
  for (const shape of [[3], [2, 3], [2, 4, 3], [2, 1, 2, 3]]) {
    const linear = new Linear(3, 2, { seed: SEED });
    const x = tensor(randomNormal(shape, { seed: SEED }), { requiresGrad: true });
    assert.ok(gradCheck(() => tanh(linear.forward(x)), [x, ...linear.parameters()]).ok);
  }
  const embedding = new Embedding(5, 3, { seed: SEED });
  const indices = array([
    [0, 4, 4],
    [2, 4, 0],
  ]);
  assert.ok(gradCheck(() => tanh(embedding.forward(indices)), embedding.parameters()).ok);
});

test('initial weights have the stated spread, are reproducible, and are left out on request', () => {
  const linear = new Linear(300, 200, { seed: 5 });
  const bound = Math.sqrt(6 / 500);
  const weights = [...linear.weight.value.data];
  assert.ok(weights.every((w) => Math.abs(w) <= bound));
  assert.ok(Math.max(...weights) > 0.99 * bound && Math.min(...weights) < -0.99 * bound);
  assert.ok(linear.bias?.value.data.every((b) => b === 0));
  assertSameBits(
    new Linear(300, 200, { rng: new Random(5) }).weight.value,
    linear.weight.value,
    'rng as seed',
  );
  const embedding = new Embedding(100, 50, { seed: 6 });
  const square = [...embedding.weight.value.data].reduce((sum, w) => sum + w * w, 0) / 5000;
  assert.ok(Math.abs(square - 1) < 0.1, `mean square ${square}`);
  const rng = new Random(1);
  const before = rng.getState();
  assert.ok(new Linear(4, 4, { init: 'zeros', rng }).weight.value.data.every((w) => w === 0));
  assert.ok(new Embedding(4, 4, { init: 'zeros', rng }).weight.value.data.every((w) => w === 0));
  assert.equal(rng.getState(), before);
});

test('dtype reaches the parameters and the answers', () => {
  const linear = new Linear(3, 2, { dtype: 'float32', seed: 1 });
  assert.is(dtypeOf(linear.forward(zeros([4, 3], { dtype: 'float32' })).value), 'float32');
  assert.is(linear.bias?.dtype, 'float32');
  assert.is(new Embedding(3, 2, { dtype: 'float32' }).forward(array([1])).dtype, 'float32');
});

test('Embedding looks up a vector for every index, of whatever integer kind', () => {
  const embedding = new Embedding(3, 2, { init: 'zeros' });
  embedding.loadStateDict({
    weight: array([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
  });
  assert.equal(toNested(embedding.forward(array([[2, 0]])).value), [[[5, 6], [1, 2]]]); // biome-ignore format: rows
  assert.equal(toNested(embedding.forward(ndarray(new Uint8Array([1]), [1])).value), [[3, 4]]);
  assert.equal(embedding.forward(zeros([2, 0])).shape, [2, 0, 2]);
});

test('Dropout keeps the mean in training, from its own seed, and does nothing in use', () => {
  const x = wrap(new Float64Array(10_000).fill(1), [100, 100]);
  const dropout = new Dropout(0.25, { seed: 8 });
  const y = dropout.forward(x).value;
  const kept = [...y.data].filter((value) => value !== 0);
  assert.ok(kept.every((value) => value === 1 / 0.75));
  assert.ok(Math.abs(kept.length / 10_000 - 0.75) < 0.02, `${kept.length} of 10,000 kept`);
  assertSameBits(new Dropout(0.25, { seed: 8 }).forward(x).value, y, 'same seed');
  assert.is(dropout.eval().forward(x).value, x);
  assert.ok(new Dropout(1).forward(x).value.data.every((value) => value === 0));
});

test('lastStep takes the last of the time steps, and the gradient goes there', () => {
  const x = tensor(randomNormal([2, 3, 2], { seed: SEED }), { requiresGrad: true });
  const last = lastStep(x);
  assert.equal(last.shape, [2, 2]);
  assert.equal([last.value.get(1, 0), last.value.get(0, 1)], [x.value.get(1, 2, 0), x.value.get(0, 2, 1)]);
  assert.ok(gradCheck(() => tanh(lastStep(x)), [x]).ok);
  assert.equal(lastStep(zeros([4, 1])).shape, [4]);
});

test('oneHot sets a single 1', () => {
  const indices = ndarray(new Int32Array([2, 0]), [1, 2]);
  assert.equal(toNested(oneHot(indices, 3)), [[[0, 0, 1], [1, 0, 0]]]); // biome-ignore format: rows
  assert.is(dtypeOf(oneHot(indices, 3, { dtype: 'float32' })), 'float32');
  const t = constant(oneHot(array([1, 0]), 2));
  assertClose(t.value, array([[0, 1], [1, 0]]), 'oneHot'); // biome-ignore format: rows
});

testRefusals('Linear, Embedding, Dropout and oneHot refuse wrong calls', [
  [() => new Linear(0, 2), ValueError, 'Linear: inputSize must be a positive integer, got 0'],
  [() => new Linear(2, 1.5), ValueError, 'Linear: outputSize must be a positive integer, got 1.5'],
  [() => new Linear('2' as never, 2), ValueError, "Linear: inputSize must be a positive integer, got '2'"],
  [
    () => new Linear(2, 2, { dtype: 'int8' as never }),
    DtypeError,
    "Linear: dtype must be 'float32' or 'float64', got 'int8'",
  ],
  [() => new Linear(2, 2, { seed: 0.5 }), ValueError, 'Random: seed must be a safe integer, got 0.5'],
  [() => new Linear(2, 3).forward(zeros([4, 3])), ShapeError, 'Linear.forward: x must be […, 2], got [4, 3]'],
  [() => new Linear(2, 3).forward(zeros([])), ShapeError, 'Linear.forward: x must be […, 2], got []'],
  [() => new Linear(2, 3).forward(1), ShapeError, 'Linear.forward: x must be […, 2], got []'],
  [
    () => new Linear(2, 3).forward([1, 2] as never),
    DtypeError,
    'Linear.forward: x must be a tensor, an ndarray or a number, got a list of 2',
  ],
  [() => new Embedding(-1, 2), ValueError, 'Embedding: vocabularySize must be a positive integer, got -1'],
  [
    () => new Embedding(2, Number.NaN),
    ValueError,
    'Embedding: embeddingSize must be a positive integer, got NaN',
  ],
  [
    () => new Embedding(3, 2).forward(array([[0, 3]])),
    ValueError,
    'embedding: indices must be integers from 0 to 2, got 3 at [0, 1]',
  ],
  [
    () => new Embedding(3, 2).forward(array([0.5])),
    ValueError,
    'embedding: indices must be integers from 0 to 2, got 0.5 at [0]',
  ],
  [() => new Dropout(1.5), ValueError, 'Dropout: p must be a number from 0 to 1, got 1.5'],
  [() => new Dropout(Number.NaN), ValueError, 'Dropout: p must be a number from 0 to 1, got NaN'],
  [
    () => lastStep(zeros([2, 0, 3])),
    ShapeError,
    'lastStep: output must be [batch, at least one step, …], got [2, 0, 3]',
  ],
  [() => lastStep(zeros([2])), ShapeError, 'lastStep: output must be [batch, at least one step, …], got [2]'],
  [() => oneHot(array([3]), 3), ValueError, 'oneHot: indices must be integers from 0 to 2, got 3 at [0]'],
  [() => oneHot([1] as never, 3), DtypeError, 'oneHot: indices must be an ndarray, got a list of 1'],
]);

test.run();
