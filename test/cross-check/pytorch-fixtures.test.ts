import { array, wrap } from '@retrograd/arrays';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closeTo, ORDINARY, readFixtures } from '../support/fixtures.js';

export const kernels = 'all';

test('closeTo passes inside the tolerance and names the worst element outside of it', () => {
  const expected = array([
    [1, 2],
    [3, 1000],
  ]);
  closeTo(
    array([
      [1, 2],
      [3, 1000 + 5e-8],
    ]),
    expected,
    ORDINARY,
    'inside',
  );
  assert.throws(
    () =>
      closeTo(
        array([
          [1, 2 + 1e-9],
          [3.5, 1000],
        ]),
        expected,
        ORDINARY,
        'h_t',
      ),
    /h_t: worst at \[1, 0\]: 3\.5, expected 3 /,
  );
});

test('closeTo refuses another shape, NaN for a number, and a finite number for infinity', () => {
  assert.throws(
    () => closeTo(array([1, 2]), array([[1, 2]]), ORDINARY, 'x'),
    /shape \[2\], expected \[1, 2\]/,
  );
  assert.throws(() => closeTo(Number.NaN, 1, ORDINARY, 'x'), /NaN, expected 1/);
  assert.throws(() => closeTo(1, Number.NaN, ORDINARY, 'x'), /1, expected NaN/);
  assert.throws(() => closeTo(1e308, Number.POSITIVE_INFINITY, ORDINARY, 'x'), /expected Infinity/);
  assert.throws(() => closeTo(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, ORDINARY, 'x'));
  closeTo(wrap(Float64Array.of(Number.NaN, -0), [2]), array([Number.NaN, 0]), ORDINARY, 'equal');
});

test('closeTo reads views through their strides', () => {
  const x = array([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  closeTo(x.transpose(1, 0), array([[1, 4], [2, 5], [3, 6]]), {}, 'transposed'); // biome-ignore format: one row a row
});

test('every fixture file has cases, and arrays whose data fill their shape', () => {
  const counts: Record<string, number> = {};
  for (const name of [
    'cells',
    'sequences',
    'extremes',
    'losses',
    'ops',
    'optimizers',
    'training',
    'clip',
    'second',
  ]) {
    counts[name] = readFixtures(name).length;
  }
  assert.is(counts.cells, 18);
  assert.is(counts.sequences, 15);
  assert.ok(counts.ops > 200);
});

test.run();
