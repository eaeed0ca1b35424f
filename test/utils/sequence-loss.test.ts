/** sequenceLoss against its definition, sequenceLossBackward against central differences, both at extremes. */

import {
  array,
  copy,
  dtypeOf,
  full,
  type IndexArray,
  type NdArray,
  Random,
  randomNormal,
  zeros,
} from '@retrograd/arrays';
import { sequenceLoss, sequenceLossBackward } from '@retrograd/utils';
import ndarray from 'ndarray';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const numbers = (x: NdArray): number[] => Array.from(copy(x).data);

function near(actual: number, expected: number, tolerance: number, label = ''): void {
  const error = Math.abs(actual - expected);
  assert.ok(
    error <= tolerance * Math.max(1, Math.abs(expected)),
    `${label} expected ${expected}, got ${actual}`,
  );
}

/** The definition, without any care for overflow. */
function naiveLoss(x: NdArray, targets: IndexArray, mask?: IndexArray): number {
  const [B, T, V] = x.shape;
  let total = 0;
  let count = 0;
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) {
      if (mask && mask.get(b, t) === 0) continue;
      let sum = 0;
      for (let v = 0; v < V; v++) sum += Math.exp(x.get(b, t, v));
      total -= Math.log(Math.exp(x.get(b, t, targets.get(b, t) as number)) / sum);
      count++;
    }
  }
  return count === 0 ? 0 : total / count;
}

function randomCase(seed: number) {
  const rng = new Random(seed);
  const [B, T, V] = [1 + rng.integer(4), 1 + rng.integer(5), 1 + rng.integer(6)];
  const targets = ndarray(
    Int32Array.from({ length: B * T }, () => rng.integer(V)),
    [B, T],
  );
  const mask = ndarray(
    Uint8Array.from({ length: B * T }, () => rng.integer(2)),
    [B, T],
  );
  return { x: randomNormal([B, T, V], { rng, std: 2 }), targets, mask: seed % 3 === 0 ? undefined : mask };
}

test('random batches have the loss of the definition', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { x, targets, mask } = randomCase(seed);
    near(sequenceLoss(x, targets, mask), naiveLoss(x, targets, mask), 1e-14, `seed ${seed}:`);
  }
});

test('the gradient agrees with central differences on 60 random shapes', () => {
  const eps = 1e-5;
  for (let seed = 1; seed <= 60; seed++) {
    const { x, targets, mask } = randomCase(seed);
    const grad = sequenceLossBackward(x, targets, mask);
    assert.equal(grad.shape, x.shape);
    for (let i = 0; i < x.data.length; i++) {
      const shifted = (by: number): number => {
        const moved = copy(x);
        moved.data[i] += by;
        return sequenceLoss(moved, targets, mask);
      };
      near(grad.data[i], (shifted(eps) - shifted(-eps)) / (2 * eps), 1e-9, `seed ${seed}, entry ${i}:`);
    }
  }
});

test('equal logits cost log V, and a sure and right one costs nothing', () => {
  near(sequenceLoss(zeros([2, 3, 7]), zeros([2, 3])), Math.log(7), 1e-15);
  assert.is(sequenceLoss(array([[[800, 0, 0]]]), array([[0]])), 0);
  assert.is(sequenceLoss(array([[[5]]]), array([[0]])), 0);
});

test('the mean is over the steps that count, not over all', () => {
  const x = array([
    [
      [1, 0],
      [0, 0],
    ],
  ]);
  const targets = array([[1, 0]]);
  near(sequenceLoss(x, targets, array([[1, 0]])), Math.log(1 + Math.E), 1e-15);
  near(sequenceLoss(x, targets, array([[0, 1]])), Math.LN2, 1e-15);
  near(sequenceLoss(x, targets), (Math.log(1 + Math.E) + Math.LN2) / 2, 1e-15);
});

test('extreme logits give finite and right losses and gradients', () => {
  const cases: [logits: number[], target: number, loss: number, grad: number[]][] = [
    [[1000, 0], 1, 1000, [1, -1]],
    [[-1000, 0], 0, 1000, [-1, 1]],
    [[745, -745, 0], 1, 1490, [1, -1, 0]],
    [[1e300, 1e300, -1e300], 0, Math.LN2, [-0.5, 0.5, 0]],
    [[1e300, 0], 1, 1e300, [1, -1]],
    [[-1e300, -1e300, -1e300], 2, Math.log(3), [1 / 3, 1 / 3, -2 / 3]],
    [[5e-324, -5e-324, 1e-310, 0], 1, Math.log(4), [0.25, -0.75, 0.25, 0.25]],
    [[-0, 0], 0, Math.LN2, [-0.5, 0.5]],
    [[0, Number.NEGATIVE_INFINITY], 0, 0, [0, 0]],
    [[0, Number.NEGATIVE_INFINITY], 1, Number.POSITIVE_INFINITY, [1, -1]],
  ];
  for (const [logits, target, loss, grad] of cases) {
    const actual = sequenceLoss(array([[logits]]), array([[target]]));
    if (Number.isFinite(loss)) near(actual, loss, 1e-15, `[${logits}]:`);
    else assert.is(actual, loss);
    const gradient = numbers(sequenceLossBackward(array([[logits]]), array([[target]])));
    gradient.forEach((v, i) => near(v, grad[i], 1e-15, `gradient of [${logits}], entry ${i}:`));
  }
});

test('the mask selects: NaN, infinities and any target in a masked step change nothing', () => {
  const clean = randomNormal([2, 3, 4], { seed: 5 });
  const targets = array([
    [0, 1, 2],
    [3, 0, 1],
  ]);
  const mask = array([
    [1, 1, 0],
    [1, 0, 1],
  ]);
  const dirty = copy(clean);
  for (let v = 0; v < 4; v++) dirty.set(0, 2, v, Number.NaN);
  dirty.set(1, 1, 0, Number.POSITIVE_INFINITY);
  const padded = copy(targets);
  padded.set(0, 2, -100);
  padded.set(1, 1, Number.NaN);
  assert.is(sequenceLoss(dirty, padded, mask), sequenceLoss(clean, targets, mask));
  const grad = sequenceLossBackward(dirty, padded, mask);
  assert.equal(numbers(grad), numbers(sequenceLossBackward(clean, targets, mask)));
  for (let v = 0; v < 4; v++) assert.equal([grad.get(0, 2, v), grad.get(1, 1, v)], [0, 0]);
});

test('the mask does not weigh: any value but 0 selects', () => {
  const { x, targets } = randomCase(3);
  const [B, T] = x.shape;
  const plain = sequenceLoss(x, targets);
  for (const value of [1, 0.5, -2, 1e-320, Number.POSITIVE_INFINITY]) {
    assert.is(sequenceLoss(x, targets, full([B, T], value)), plain);
  }
  const flags = ndarray(new Array<number>(B * T).fill(true as unknown as number), [B, T]);
  assert.is(sequenceLoss(x, targets, flags), plain);
  assert.is(sequenceLoss(x, targets, null), plain);
});

test('a mask with no step left gives 0 and zero gradients', () => {
  const x = full([2, 3, 4], Number.NaN);
  const targets = full([2, 3], 99);
  assert.is(sequenceLoss(x, targets, zeros([2, 3])), 0);
  assert.equal(numbers(sequenceLossBackward(x, targets, zeros([2, 3]))), new Array(24).fill(0));
});

test('no sequence, or no step, gives 0 and an empty gradient', () => {
  for (const [B, T] of [
    [0, 3],
    [2, 0],
    [0, 0],
  ]) {
    assert.is(sequenceLoss(zeros([B, T, 5]), zeros([B, T])), 0);
    assert.equal(sequenceLossBackward(zeros([B, T, 5]), zeros([B, T])).shape, [B, T, 5]);
  }
  assert.is(sequenceLoss(zeros([0, 3, 0]), zeros([0, 3])), 0);
});

test('targets may come as any kind of number that holds integers', () => {
  const x = randomNormal([1, 4, 300], { seed: 8 });
  const values = [0, 299, 7, 100];
  const expected = sequenceLoss(x, array([values]));
  for (const data of [Int32Array.from(values), Uint16Array.from(values), Int16Array.from(values), values]) {
    assert.is(sequenceLoss(x, ndarray(data, [1, 4])), expected);
  }
  assert.is(sequenceLoss(x, array([values], { dtype: 'float32' })), expected);
});

test('float32 logits are summed in double precision and have a float32 gradient', () => {
  const { x, targets, mask } = randomCase(4);
  const single = copy(x, { dtype: 'float32' });
  const rounded = copy(single, { dtype: 'float64' });
  assert.is(sequenceLoss(single, targets, mask), sequenceLoss(rounded, targets, mask));
  const grad = sequenceLossBackward(single, targets, mask);
  assert.is(dtypeOf(grad), 'float32');
  assert.equal(numbers(grad), numbers(sequenceLossBackward(rounded, targets, mask)).map(Math.fround));
});

test('the gradients of a step sum to 0, and nothing that was given is changed', () => {
  const { x, targets, mask } = randomCase(7);
  const before = numbers(x);
  const grad = sequenceLossBackward(x, targets, mask);
  const V = x.shape[2];
  for (let n = 0; n < grad.data.length; n += V) {
    near(
      Array.from(grad.data.subarray(n, n + V)).reduce((a, b) => a + b, 0),
      0,
      1e-15,
    );
  }
  grad.data.fill(9);
  assert.equal(numbers(x), before);
});

test.run();
