import { Random } from '@retrograd/arrays';
import * as k from '@retrograd/arrays/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertEntries } from '../support/assert-arrays.js';
import { entriesOf } from '../support/views.js';

const count = (shape: number[]) =>
  k.wrap(
    new Float64Array(k.sizeOf(shape)).map((_, i) => i),
    shape,
  );
const ints = (list: number[], shape = [list.length]) => k.wrap(Int32Array.from(list), shape);

test('take picks slices along any axis, and addAt adds them back', () => {
  const x = count([3, 4]);
  assert.equal(k.toNested(k.take(x, ints([2, 0, 2]))), [
    [8, 9, 10, 11],
    [0, 1, 2, 3],
    [8, 9, 10, 11],
  ]);
  assert.equal(k.toNested(k.take(x, ints([3, 1, 0, 0], [2, 2]), 1)), [
    [
      [3, 1],
      [0, 0],
    ],
    [
      [7, 5],
      [4, 4],
    ],
    [
      [11, 9],
      [8, 8],
    ],
  ]);
  assert.equal(k.take(x, ints([], [0]), 1).shape, [3, 0]);
  assert.equal(k.toNested(k.take(x, ints([1], []))), [4, 5, 6, 7]);
  assert.equal(
    k.toNested(
      k.addAt(
        [3, 2],
        ints([2, 0, 2]),
        k.array([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ),
    ),
    [
      [3, 4],
      [0, 0],
      [6, 8],
    ],
  );
  assert.equal(
    k.toNested(
      k.addAt(
        [2, 3],
        ints([2, 2]),
        k.array([
          [1, 2],
          [3, 4],
        ]),
        1,
      ),
    ),
    [
      [0, 0, 3],
      [0, 0, 7],
    ],
  );
  const rows = k.full([1000, 1], 2 ** -30, { dtype: 'float32' });
  rows.set(0, 0, 1);
  const sum = k.addAt([1, 1], k.wrap(new Uint8Array(1000), [1000]), rows);
  assert.is(sum.get(0, 0), Math.fround(1 + 999 * 2 ** -30));
  assert.is(k.dtypeOf(sum), 'float32');
});

test('gather and scatterAdd do what their equations say', () => {
  const rng = new Random(3);
  for (const shape of [[5], [3, 4], [2, 3, 4]]) {
    for (let axis = 0; axis < shape.length; axis++) {
      const x = k.randomNormal(shape, { rng });
      const small = shape.map((n, i) => (i === axis ? 6 : 1 + rng.integer(n)));
      const index = ints(
        Array.from({ length: k.sizeOf(small) }, () => rng.integer(shape[axis])),
        small,
      );
      const y = k.gather(x, axis, index);
      const back = k.scatterAdd(shape, axis, index, y);
      const expected = k.zeros(shape);
      const walk = (at: number[]): void => {
        if (at.length < small.length) {
          for (let i = 0; i < small[at.length]; i++) walk([...at, i]);
          return;
        }
        const place = at.with(axis, index.get(...at));
        assert.is(y.get(...at), x.get(...place), `[${at}] along ${axis}`);
        expected.set(...place, expected.get(...place) + y.get(...at));
      };
      walk([]);
      assert.equal(y.shape, small);
      assertEntries(entriesOf(back), entriesOf(expected), `scatterAdd [${shape}] along ${axis}`);
    }
  }
});

test('indices may come in any kind of numbers, and in views of them', () => {
  const x = count([4, 2]);
  const expected = k.toNested(k.take(x, ints([3, 0, 1])));
  const lists = [
    new Int8Array([3, 0, 1]),
    new Uint8Array([3, 0, 1]),
    new Uint8ClampedArray([3, 0, 1]),
    new Int16Array([3, 0, 1]),
    new Uint16Array([3, 0, 1]),
    new Uint32Array([3, 0, 1]),
    new Float32Array([3, 0, 1]),
    new Float64Array([3, 0, 1]),
    [3, 0, 1],
  ];
  for (const list of lists)
    assert.equal(k.toNested(k.take(x, k.wrap(list, [3]))), expected, list.constructor.name);
  assert.equal(k.toNested(k.take(x, k.view(new Int32Array([9, 1, 9, 0, 9, 3]), [3], [-2], 5))), expected);
  assert.equal(k.toNested(k.take(x, k.view(new Int32Array([3]), [2], [0], 0))), [
    [6, 7],
    [6, 7],
  ]);
});

test.run();
