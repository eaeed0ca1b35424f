/** The kernels of cross-entropy on flat data, and the readers of targets and masks. What they compute is tested with sequenceLoss. */
import {
  crossEntropyBackward,
  crossEntropyForward,
  formatPlace,
  readMask,
  readTargets,
} from '@retrograd/arrays/internal';
import ndarray from 'ndarray';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const rows = {
  logits: Float64Array.of(0, 0, 5, Number.NaN, 0, 0),
  N: 3,
  V: 2,
  classes: [0, 9, 1],
  selected: [1, 0, 1],
};

test('rows that are left out are not read', () => {
  assert.is(crossEntropyForward(rows), Math.LN2);
});

test('the gradient is written whole, whatever stood there', () => {
  const grad = new Float64Array(6).fill(7);
  crossEntropyBackward(4, rows, grad);
  assert.equal(Array.from(grad), [-1, 1, 0, 0, 1, -1]);
});

test('the gradient is that of the loss times its cotangent', () => {
  const logits = Float64Array.of(0.3, -1, 2, 0.5, 0.5, -0.2);
  const both = { logits, N: 2, V: 3, classes: [2, 0], selected: null };
  const once = new Float64Array(6);
  const thrice = new Float64Array(6);
  crossEntropyBackward(1, both, once);
  crossEntropyBackward(3, both, thrice);
  once.forEach((v, i) => assert.ok(Math.abs(thrice[i] - 3 * v) < 1e-15));
});

test('a row without a softmax makes the loss NaN', () => {
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
  for (const row of [
    [nan, 0],
    [0, nan],
    [infinity, 0],
    [0, infinity],
    [-infinity, -infinity],
  ]) {
    const logits = Float64Array.from(row);
    const loss = crossEntropyForward({ logits, N: 1, V: 2, classes: [0], selected: null });
    assert.ok(Number.isNaN(loss), `${row}`);
  }
});

test('masks become flags and targets indices, of any rank', () => {
  const mask = ndarray([0, 2, -0, 0.5], [2, 1, 2]);
  assert.equal(readMask('op', 'mask', mask, [2, 1, 2]), Uint8Array.of(0, 1, 0, 1));
  assert.is(readMask('op', 'mask', undefined, [2]), null);
  const targets = ndarray(Int8Array.of(3, -1, 0, 2), [2, 2]);
  assert.equal(
    readTargets('op', 'targets', targets, [2, 2], 4, Uint8Array.of(1, 0, 1, 1)),
    Int32Array.of(3, 0, 0, 2),
  );
  assert.throws(
    () => readTargets('op', 'targets', targets, [2, 2], 4, null),
    /^op: targets must be integers from 0 to 3, got -1 at \[0, 1\]$/,
  );
});

test('a place is named by its indices', () => {
  assert.is(formatPlace(0, [2, 3]), '[0, 0]');
  assert.is(formatPlace(5, [2, 3]), '[1, 2]');
  assert.is(formatPlace(7, [2, 1, 4]), '[1, 0, 3]');
  assert.is(formatPlace(0, []), '[]');
});

test.run();
