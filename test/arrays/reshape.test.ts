import { type NdArray, Random, type Range } from '@retrograd/arrays';
import * as k from '@retrograd/arrays/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertEntries } from '../support/assert-arrays.js';
import { entriesOf, viewsOf } from '../support/views.js';

const count = (shape: number[]) =>
  k.wrap(
    new Float64Array(k.sizeOf(shape)).map((_, i) => i),
    shape,
  );

test('reshape works out one size, and is a view of a dense array only', () => {
  const x = count([2, 3, 4]);
  assert.equal(k.reshape(x, [4, -1]).shape, [4, 6]);
  assert.equal(k.reshape(x, [-1]).shape, [24]);
  assert.equal(k.reshape(x, [24, 1, -1]).shape, [24, 1, 1]);
  assert.ok(k.reshape(x, [6, 4]).data === x.data);
  assert.ok(k.reshape(k.transpose(x), [6, 4]).data !== x.data);
  assert.equal(k.reshape(k.array(3), [1, 1]).shape, [1, 1]);
  assert.equal(k.reshape(k.array([[3]]), []).shape, []);
  assert.equal(k.reshape(k.zeros([0, 3]), [-1, 3]).shape, [0, 3]);
  assert.equal(k.reshape(k.zeros([0, 3]), [5, 0]).shape, [5, 0]);
});

test('transpose reverses the axes, or orders them as asked', () => {
  const x = count([2, 3, 4]);
  assert.equal(k.transpose(x).shape, [4, 3, 2]);
  const y = k.transpose(x, [2, 0, -2]);
  assert.equal(y.shape, [4, 2, 3]);
  for (let i = 0; i < 2; i++)
    for (let j = 0; j < 3; j++)
      for (let n = 0; n < 4; n++) {
        assert.is(y.get(n, i, j), x.get(i, j, n));
        assert.is(k.transpose(x).get(n, j, i), x.get(i, j, n));
      }
  assert.ok(y.data === x.data);
  assert.equal(k.transpose(k.array(1)).shape, []);
});

/** Python's slice.indices, from its documentation: what a range picks from n entries. */
function picked(n: number, [start, stop, step]: [number | null, number | null, number]): number[] {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? n : n - 1;
  const settle = (value: number | null, fallback: number) => {
    if (value === null) return fallback;
    return Math.min(Math.max(value < 0 ? value + n : value, low), high);
  };
  const from = settle(start, step > 0 ? low : high);
  const to = settle(stop, step > 0 ? high : low);
  const out: number[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) out.push(i);
  return out;
}

test('slice picks what Python picks, for every start, stop and step around the ends', () => {
  const positions = [null, -7, -6, -5, -4, -1, 0, 1, 3, 4, 5, 6, 9];
  for (const n of [0, 1, 5]) {
    const x = count([n]);
    for (const start of positions) {
      for (const stop of positions) {
        for (const step of [1, 2, 3, 7, -1, -2, -3, -7]) {
          const y = k.slice(x, [[start, stop, step]]);
          assertEntries(entriesOf(y), picked(n, [start, stop, step]), `${start}:${stop}:${step} of ${n}`);
        }
      }
    }
  }
  assert.equal(k.toNested(k.slice(count([3]), [[1]])), [1, 2]);
  assert.equal(k.toNested(k.slice(count([3]), [[]])), [0, 1, 2]);
});

test('slice of a view is a view of the same memory, and unslice is its way back', () => {
  const ranges: Range[] = [[null, null, -2], null, [3, 0, -1]];
  const x = k.randomNormal([4, 2, 5], { seed: 1 });
  for (const { name, view } of viewsOf(x)) {
    const y = k.slice(view, ranges);
    assert.ok(y.data === view.data, name);
    assertEntries(entriesOf(y), entriesOf(k.slice(x, ranges)), name);
  }
  const part = k.slice(x, ranges);
  const back = k.unslice(part, x.shape, ranges);
  assert.equal(back.shape, x.shape);
  assertEntries(entriesOf(k.slice(back, ranges)), entriesOf(part), 'inside');
  const inside = entriesOf(k.unslice(k.ones(part.shape), x.shape, ranges));
  assertEntries(
    inside.map((m, i) => (m === 1 ? 0 : entriesOf(back)[i])),
    inside.map(() => 0),
    'outside is 0',
  );
  assert.is(inside.filter((m) => m === 1).length, part.size);
  assert.equal(k.slice(x, [[2, 2]]).shape, [0, 2, 5]);
  assert.equal(entriesOf(k.unslice(k.zeros([0]), [3], [[1, 1]])), [0, 0, 0]);
});

test('concat and stack put arrays one after another along any axis', () => {
  const rng = new Random(2);
  for (const axis of [0, 1, 2, -1, -2, -3]) {
    const along = axis < 0 ? axis + 3 : axis;
    const sizes = [2, 0, 3, 1];
    const xs = sizes.map((n) => k.randomNormal([2, 3, 4].with(along, n), { rng }));
    const all = k.concat(xs, axis);
    assert.is(all.shape[along], 6);
    let from = 0;
    for (const [i, x] of xs.entries()) {
      const ranges: Range[] = [null, null, null];
      ranges[along] = [from, from + sizes[i]];
      assertEntries(entriesOf(k.slice(all, ranges)), entriesOf(x), `concat ${axis}, array ${i}`);
      from += sizes[i];
    }
  }
  for (const axis of [0, 1, 2, -1, -2, -3]) {
    const along = axis < 0 ? axis + 3 : axis;
    const xs = [0, 1, 2, 3].map(() => k.randomNormal([2, 5], { rng }));
    const all = k.stack(xs, axis);
    assert.equal(all.shape, [2, 5].toSpliced(along, 0, 4));
    for (const [i, x] of xs.entries()) {
      const ranges: Range[] = [null, null, null];
      ranges[along] = [i, i + 1];
      assertEntries(entriesOf(k.slice(all, ranges)), entriesOf(x), `stack ${axis}, array ${i}`);
    }
  }
  assert.equal(k.toNested(k.stack([k.array(1), k.array(2)])), [1, 2]);
  const mixed = [k.ones([1], { dtype: 'float32' }), k.ones([1])];
  assert.is(k.dtypeOf(k.concat(mixed)), 'float64');
  assert.is(k.dtypeOf(k.stack(mixed.slice(0, 1))), 'float32');
});

test('broadcastTo stretches with steps of 0', () => {
  const x: NdArray = k.array([[1], [2]]);
  const y = k.broadcastTo(x, [3, 2, 2]);
  assert.equal(y.stride, [0, 1, 0]);
  assert.equal(k.toNested(y), [
    [
      [1, 1],
      [2, 2],
    ],
    [
      [1, 1],
      [2, 2],
    ],
    [
      [1, 1],
      [2, 2],
    ],
  ]);
  assert.equal(k.broadcastTo(k.array(1), [0]).shape, [0]);
  assert.equal(k.broadcastTo(k.ones([1, 2]), [0, 2]).shape, [0, 2]);
});

test.run();
