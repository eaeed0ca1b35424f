import { type NdArray, Random } from '@retrograd/arrays';
import * as k from '@retrograd/arrays/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertEntries } from '../support/assert-arrays.js';
import { entriesOf } from '../support/views.js';

/** The entries of `x` that each entry of the result stands for, in C order, by way of an index-by-index walk. */
function groups(x: NdArray, axes: readonly number[]): number[][] {
  const found = new Map<string, number[]>();
  const walk = (index: number[]): void => {
    if (index.length < x.shape.length) {
      for (let i = 0; i < x.shape[index.length]; i++) walk([...index, i]);
      return;
    }
    const key = index.filter((_, axis) => !axes.includes(axis)).join();
    if (!found.has(key)) found.set(key, []);
    found.get(key)?.push(x.get(...index));
  };
  walk([]);
  return [...found.values()];
}

const AXES: (number[] | undefined)[] = [
  undefined,
  [],
  [0],
  [1],
  [2],
  [0, 1],
  [1, 2],
  [0, 2],
  [-1],
  [-1, 0],
  [0, 1, 2],
];

for (const dtype of ['float64', 'float32'] as const) {
  test(`sum, mean and max (${dtype}) agree with a walk over all indices, for all sets of axes`, () => {
    const x = k.randomNormal([4, 3, 5], { seed: 1, dtype });
    const stored = (v: number) => (dtype === 'float32' ? Math.fround(v) : v);
    for (const axes of AXES) {
      const normal = k.normalizeAxes('test', axes, 3);
      const rows = groups(x, normal);
      const total = (row: number[]) => row.reduce((sum, v) => sum + v, 0);
      const shape = x.shape.filter((_, axis) => !normal.includes(axis));
      const kept = x.shape.map((n, axis) => (normal.includes(axis) ? 1 : n));
      for (const keepdims of [false, true]) {
        const title = `axes ${axes}, keepdims ${keepdims}`;
        const sum = k.sum(x, axes, keepdims);
        assert.equal(sum.shape, keepdims ? kept : shape, title);
        assertEntries(
          entriesOf(sum),
          rows.map((row) => stored(total(row))),
          `sum, ${title}`,
        );
        const mean = k.mean(x, axes, keepdims);
        assert.equal(mean.shape, keepdims ? kept : shape, title);
        assertEntries(
          entriesOf(mean),
          rows.map((row) => stored(total(row) / row.length)),
          `mean, ${title}`,
        );
        const max = k.max(x, axes, keepdims);
        assert.equal(max.shape, keepdims ? kept : shape, title);
        assertEntries(
          entriesOf(max),
          rows.map((row) => Math.max(...row)),
          `max, ${title}`,
        );
      }
    }
    assertEntries(entriesOf(k.sum(x, 1)), entriesOf(k.sum(x, [1])), 'a single axis as a number');
  });

  test(`softmax, logSoftmax and logsumexp (${dtype}) agree with their definitions along every axis`, () => {
    const x = k.randomNormal([4, 3, 5], { seed: 2, std: 3, dtype });
    const rtol = dtype === 'float32' ? 1e-6 : 1e-14;
    for (const axis of [0, 1, 2, -1, -3]) {
      const normal = k.normalizeAxis('test', axis, 3);
      const lse = k.logsumexp(x, axis, true);
      const naive = groups(x, [normal]).map((row) => Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0)));
      const kept = x.shape.map((n, i) => (i === normal ? 1 : n));
      assertClose(lse, k.array(naive, { shape: kept }), `logsumexp, axis ${axis}`, { rtol, atol: rtol });
      assert.equal(k.logsumexp(x, axis).shape, x.shape.toSpliced(normal, 1));
      const shifted = k.sub(k.cast(x, 'float64'), k.cast(lse, 'float64'));
      assertClose(k.logSoftmax(x, axis), shifted, `logSoftmax, axis ${axis}`, { rtol, atol: 4 * rtol });
      assertClose(k.softmax(x, axis), k.exp(shifted), `softmax, axis ${axis}`, { rtol: 10 * rtol });
      assert.is(k.dtypeOf(k.softmax(x, axis)), dtype);
    }
  });
}

test('float32 sums are accumulated in double precision', () => {
  // 1 + 2^-30 a thousand times: lost in float32, where 1 + 2^-30 is 1.
  const x = k.full([1001, 2], 2 ** -30, { dtype: 'float32' });
  x.set(0, 0, 1);
  x.set(0, 1, 1);
  const expected = Math.fround(1 + 1000 * 2 ** -30);
  assert.ok(expected > 1);
  assertEntries(entriesOf(k.sum(x, 0)), [expected, expected], 'over rows');
  assertEntries(entriesOf(k.sum(k.transpose(x), 1)), [expected, expected], 'over columns');
});

test('max and argmax let NaN win, and argmax takes the first of several', () => {
  const x = k.array([
    [1, Number.NaN, 3],
    [2, 7, 7],
    [-0, 0, -1],
  ]);
  assertEntries(entriesOf(k.max(x, 1)), [Number.NaN, 7, 0], 'max');
  assert.equal(k.toNested(k.argmax(x, 1)), [1, 1, 0]);
  assert.equal(k.toNested(k.argmax(x, 0)), [1, 0, 1]);
  assert.equal(k.toNested(k.argmax(x)), [1, 1, 0]);
  assert.is(k.argmax(x).dtype, 'int32');
  assert.equal(k.toNested(k.argmax(k.array([-Infinity, -Infinity]))), 0);
  assertEntries(entriesOf(k.max(k.array([-Infinity, -Infinity]))), [-Infinity], 'all -Infinity');
});

test('softmax and its logarithm stay right at extremes', () => {
  const rows = [
    [1e300, -1e300, 0],
    [-1e300, -1e300, -1e300],
    [745, -745, 0],
    [1000, 1000, 1000],
    [-1000, -1000, -1001],
    [5e-324, -5e-324, 0],
    [-Infinity, 0, 0],
    [1.7e308, -1.7e308, 1.7e308],
  ];
  const third = 1 / 3;
  const e = Math.exp(-1);
  const expected = [
    [1, 0, 0],
    [third, third, third],
    [1, 0, Math.exp(-745)],
    [third, third, third],
    [1 / (2 + e), 1 / (2 + e), e / (2 + e)],
    [third, third, third],
    [0, 0.5, 0.5],
    [0.5, 0, 0.5],
  ];
  const x = k.array(rows);
  assertClose(k.softmax(x), k.array(expected), 'softmax', { rtol: 4e-16, atol: 0 });
  const log2 = Math.log(2);
  const log3 = Math.log(3);
  const logs = [
    [0, -2e300, -1e300],
    [-log3, -log3, -log3],
    [0, -1490, -745],
    [-log3, -log3, -log3],
    [-Math.log(2 + e), -Math.log(2 + e), -1 - Math.log(2 + e)],
    [-log3, -log3, -log3],
    [-Infinity, -log2, -log2],
    // -3.4e308 is beyond the range of a double.
    [-log2, -Infinity, -log2],
  ];
  assertClose(k.logSoftmax(x), k.array(logs), 'logSoftmax', { rtol: 4e-16, atol: 0 });
  const sums = [1e300, -1e300, 745, 1000 + log3, -1000 + Math.log(2 + e), log3, log2, 1.7e308];
  assertClose(k.logsumexp(x), k.array(sums), 'logsumexp', { rtol: 4e-16, atol: 0 });
  const infinite = k.array([
    [-Infinity, -Infinity],
    [Infinity, 0],
  ]);
  assertEntries(entriesOf(k.logsumexp(infinite)), [-Infinity, Infinity], 'logsumexp of infinities');
});

test('softmax sums to 1 and does not notice a shift, for random logits of all sizes', () => {
  const rng = new Random(3);
  for (let round = 0; round < 200; round++) {
    const x = k.randomNormal([1 + rng.integer(20)], { rng, std: 10 ** (rng.integer(8) - 2) });
    const p = k.softmax(x);
    assert.ok(Math.abs((k.toNested(k.sum(p)) as number) - 1) < 1e-14, `seed 3, round ${round}`);
    const shift = k.array(1024 * rng.integer(10));
    const near = { rtol: 1e-9, atol: 1e-11 };
    assertClose(k.softmax(k.add(x, shift)), p, `seed 3, round ${round}, shifted`, near);
  }
});

test('empty and scalar arrays reduce as in NumPy', () => {
  assert.equal(k.toNested(k.sum(k.zeros([0, 3]), 0)), [0, 0, 0]);
  assert.equal(k.sum(k.zeros([0, 3]), 1).shape, [0]);
  assert.equal(k.toNested(k.sum(k.zeros([0, 3]))), 0);
  assert.equal(k.toNested(k.sum(k.array(5))), 5);
  assert.equal(k.toNested(k.mean(k.array(5))), 5);
  assert.equal(k.toNested(k.max(k.array(5), [])), 5);
  assert.equal(k.mean(k.zeros([0, 3]), 1).shape, [0]);
  assert.equal(k.max(k.zeros([0, 3]), 1, true).shape, [0, 1]);
  assert.equal(k.max(k.zeros([0, 0]), 0).shape, [0]);
  assert.equal(k.softmax(k.zeros([0, 3])).shape, [0, 3]);
  assert.equal(k.logsumexp(k.zeros([0, 3])).shape, [0]);
  assert.equal(k.argmax(k.zeros([0, 3])).shape, [0]);
});

test('sumTo is the way back of broadcasting', () => {
  const x = k.randomNormal([2, 3, 4], { seed: 4 });
  for (const shape of [[2, 3, 4], [3, 4], [4], [1], [], [1, 4], [3, 1], [2, 1, 1], [1, 1, 1], [1, 3, 4]]) {
    const y = k.sumTo(x, shape);
    assert.equal(y.shape, shape);
    const stretched = k.broadcastTo(
      k.wrap(
        k.allocate('float64', k.sizeOf(shape)).map((_, i) => i),
        shape,
      ),
      x.shape,
    );
    const places = entriesOf(stretched);
    const expected = new Array<number>(k.sizeOf(shape)).fill(0);
    for (const [i, v] of entriesOf(x).entries()) expected[places[i]] += v;
    assertClose(y, k.array(expected, { shape }), `to [${shape}]`);
  }
  assert.ok(k.sumTo(x, [2, 3, 4]) === x, 'nothing to sum');
  assert.equal(k.sumTo(k.zeros([0, 3]), [1, 3]).shape, [1, 3]);
});

test('the sum over the first axis adds every column from its first row to its last, in double precision', () => {
  for (const dtype of ['float64', 'float32'] as const) {
    for (const [rows, columns] of [
      [0, 3],
      [1, 1],
      [5, 4],
      [63, 5],
      [64, 6],
      [65, 7],
      [200, 9],
      [2, 500],
    ]) {
      const x = k.randomNormal([rows, columns], { seed: 9, dtype });
      const expected = k.allocate(dtype, columns).map((_, j) => {
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += x.data[i * columns + j];
        return sum;
      });
      assertEntries([...k.sum(x, 0).data], [...expected], `${dtype}, ${rows} rows of ${columns}`);
    }
  }
});

test.run();
