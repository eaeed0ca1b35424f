import * as k from '@retrograd/arrays/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertEntries } from '../support/assert-arrays.js';
import { entriesOf, viewsOf } from '../support/views.js';

test('array takes its shape from nested lists', () => {
  const x = k.array([
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ]);
  assert.equal(x.shape, [1, 3, 2]);
  assert.equal(k.toNested(x), [
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ]);
  assert.is(x.get(0, 2, 1), 6);
  assert.is(k.dtypeOf(x), 'float64');
});

test('array takes a number, an empty list, and lists of empty lists', () => {
  assert.equal(k.array(5).shape, []);
  assert.is(k.toNested(k.array(5)), 5);
  assert.equal(k.array([]).shape, [0]);
  assert.equal(k.array([[], []]).shape, [2, 0]);
  assert.equal(k.toNested(k.array([[], []])), [[], []]);
  assert.is(k.zeros([2, 0, 3]).size, 0);
  assert.equal(k.toNested(k.zeros([2, 0, 3])), [[], []]);
});

test('array copies a typed array, keeps float32, and pours into a shape', () => {
  const data = new Float32Array([1, 2, 3, 4]);
  const x = k.array(data, { shape: [2, 2] });
  data[0] = 9;
  assert.equal(k.toNested(x), [
    [1, 2],
    [3, 4],
  ]);
  assert.is(k.dtypeOf(x), 'float32');
  assert.is(k.dtypeOf(k.array(data, { dtype: 'float64' })), 'float64');
  assert.is(k.dtypeOf(k.array(new Int32Array(2))), 'float64');
  assert.equal(k.toNested(k.array([1, 2, 3, 4], { shape: [4, 1] })), [[1], [2], [3], [4]]);
});

test('float32 rounds once, when it is stored', () => {
  assert.is(k.array([0.1], { dtype: 'float32' }).get(0), Math.fround(0.1));
  assert.is(k.full([1], 0.1, { dtype: 'float32' }).get(0), Math.fround(0.1));
});

test('zeros, ones and full fill any shape, without axes too', () => {
  assert.equal(k.toNested(k.zeros([2, 2])), [
    [0, 0],
    [0, 0],
  ]);
  assert.equal(k.toNested(k.ones([1, 2], { dtype: 'float32' })), [[1, 1]]);
  assert.equal(k.toNested(k.full([], 7)), 7);
  assert.is(k.ones([0]).data.length, 0);
});

test('wrap and view share the memory they are given, of every rank', () => {
  const data = Float64Array.from({ length: 48 }, (_, i) => i);
  for (const shape of [[48], [6, 8], [2, 3, 8], [2, 3, 4, 2], [1, 2, 3, 4, 2]]) {
    const x = k.wrap(data, shape);
    assert.ok(x.data === data && k.isDense(x), `rank ${shape.length}`);
    assert.equal(x.shape, shape);
    assertEntries(entriesOf(x), [...data], `rank ${shape.length}`);
  }
  const column = k.view(data, [6, 2], [8, -1], 7);
  assert.equal(
    k.toNested(column),
    Array.from({ length: 6 }, (_, i) => [8 * i + 7, 8 * i + 6]),
  );
  column.set(5, 1, -1);
  assert.is(data[46], -1);
  assert.is(k.view(new Float32Array([3, 4]), [], [], 1).get(), 4);
  assert.is(k.wrap(new Int32Array([3, 4]), [2]).dtype, 'int32');
});

test('views made by this package are those of ndarray, with all their methods', () => {
  const x = k.array([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.is(x.dtype, 'float64');
  assert.is(x.dimension, 2);
  assert.is(x.size, 6);
  assert.equal(x.order, [1, 0]);
  assert.equal(k.toNested(x.transpose(1, 0)), [
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
  assert.equal(k.toNested(x.hi(2, 2).lo(1, 0).step(1, -1)), [[5, 4]]);
  assert.equal(k.toNested(x.pick(null, 1)), [2, 5]);
  assert.ok(x.constructor === k.zeros([4, 4]).constructor);
});

test('isDense holds for C order without gap or offset, whatever the strides of axes of size 1', () => {
  const x = k.randomNormal([3, 4], { seed: 1 });
  assert.ok(k.isDense(x));
  assert.ok(k.isDense(k.view(new Float64Array(3), [1, 3], [99, 1], 0)));
  for (const { name, view } of viewsOf(x)) {
    assert.not(k.isDense(view), name);
    const dense = k.dense(view);
    assert.ok(k.isDense(dense), name);
    assertEntries(entriesOf(dense), entriesOf(x), name);
  }
  assert.ok(k.dense(x) === x);
  assert.not(k.isDense(k.view(new Float64Array(5), [2, 2], [2, 1], 0)), 'longer data');
});

test('copy is fresh even for a dense array, and cast is not when there is nothing to do', () => {
  const x = k.array([1, 2, 3]);
  const y = k.copy(x);
  y.set(0, 9);
  assert.is(x.get(0), 1);
  assert.ok(k.cast(x, 'float64') === x);
  assert.is(k.dtypeOf(k.cast(x, 'float32')), 'float32');
  assert.is(k.dtypeOf(k.copy(x, { dtype: 'float32' })), 'float32');
});

test('resultType is float32 only when all are', () => {
  const a = k.zeros([1]);
  const b = k.zeros([1], { dtype: 'float32' });
  assert.is(k.resultType(b, b), 'float32');
  assert.is(k.resultType(b, a), 'float64');
  assert.is(k.resultType(a), 'float64');
});

test('isNdArray tells arrays from look-alikes', () => {
  assert.ok(k.isNdArray(k.zeros([1])));
  assert.ok(k.isNdArray(k.wrap(new Uint8Array(1), [1])));
  for (const value of [null, undefined, 1, 'x', [], {}, { shape: [1], data: [1] }, new Float64Array(1)]) {
    assert.not(k.isNdArray(value), String(value));
  }
});

test('broadcastShapes and normalizeAxes follow NumPy', () => {
  assert.equal(k.broadcastShapes('f', [2, 1, 4], [3, 1]), [2, 3, 4]);
  assert.equal(k.broadcastShapes('f', [], [3]), [3]);
  assert.equal(k.broadcastShapes('f', [0, 1], [1, 5]), [0, 5]);
  assert.equal(k.broadcastShapes('f', [1], [0]), [0]);
  assert.equal(k.normalizeAxes('f', undefined, 3), [0, 1, 2]);
  assert.equal(k.normalizeAxes('f', -1, 3), [2]);
  assert.equal(k.normalizeAxes('f', [-1, 0], 3), [0, 2]);
  assert.equal(k.normalizeAxes('f', [], 3), []);
  assert.is(k.sizeOf([]), 1);
  assert.is(k.formatShape([2, 3]), '[2, 3]');
  assert.ok(k.shapesEqual([1, 2], [1, 2]) && !k.shapesEqual([1], [1, 1]) && !k.shapesEqual([1], [2]));
});

test.run();
