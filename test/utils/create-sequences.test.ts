/** createSequences against a loop over the rows, and at the edges of the series. */
import { array, dtypeOf, type NdArray, Random, randomNormal, toNested, zeros } from '@retrograd/arrays';
import { createSequences } from '@retrograd/utils';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** The rule of the specification, word for word, on lists. */
function windows(data: NdArray, seqLength: number, stride: number): [X: unknown[], y: unknown[]] {
  const rows = toNested(data) as unknown[];
  const X: unknown[] = [];
  const y: unknown[] = [];
  for (let start = 0; start + seqLength < rows.length; start += stride) {
    X.push(rows.slice(start, start + seqLength));
    y.push(rows[start + seqLength]);
  }
  return [X, y];
}

test('a series of five rows has three windows of two', () => {
  const [X, y] = createSequences(array([[0], [1], [2], [3], [4]]), 2);
  assert.equal(toNested(X), [
    [[0], [1]],
    [[1], [2]],
    [[2], [3]],
  ]);
  assert.equal(toNested(y), [[2], [3], [4]]);
});

test('random series are cut as the rule says', () => {
  for (let seed = 1; seed <= 80; seed++) {
    const rng = new Random(seed);
    const total = 1 + rng.integer(20);
    const data = randomNormal([total, 1 + rng.integer(4)], { rng });
    const seqLength = 1 + rng.integer(total);
    const stride = 1 + rng.integer(6);
    const [X, y] = createSequences(data, seqLength, stride);
    const [wantedX, wantedY] = windows(data, seqLength, stride);
    const label = `seed ${seed}: total ${total}, seqLength ${seqLength}, stride ${stride}`;
    assert.equal(X.shape, [wantedX.length, seqLength, data.shape[1]], label);
    assert.equal(y.shape, [wantedY.length, data.shape[1]], label);
    assert.equal(toNested(X), wantedX, label);
    assert.equal(toNested(y), wantedY, label);
  }
});

test('a window without a row after it is left out', () => {
  const data = array([[0], [1], [2], [3], [4], [5]]);
  assert.is(createSequences(data, 5)[0].shape[0], 1);
  const [X, y] = createSequences(data, 6);
  assert.equal(
    [X.shape, y.shape],
    [
      [0, 6, 1],
      [0, 1],
    ],
  );
});

test('the last start that a stride reaches counts when a row still follows', () => {
  const data = array([[0], [1], [2], [3], [4], [5], [6]]);
  assert.equal(toNested(createSequences(data, 2, 4)[1]), [[2], [6]]);
  assert.equal(toNested(createSequences(data, 3, 4)[1]), [[3]]);
  assert.equal(toNested(createSequences(data, 2, 100)[1]), [[2]]);
});

test('the dtype stays, the windows are new arrays, and rows without features give windows without features', () => {
  const data = array([[1], [2], [3]], { dtype: 'float32' });
  const [X, y] = createSequences(data, 1);
  assert.equal([dtypeOf(X), dtypeOf(y)], ['float32', 'float32']);
  X.data.fill(9);
  y.data.fill(9);
  assert.equal(toNested(data), [[1], [2], [3]]);
  const [empty, none] = createSequences(zeros([4, 0]), 2);
  assert.equal(
    [empty.shape, none.shape],
    [
      [2, 2, 0],
      [2, 0],
    ],
  );
});

test.run();
