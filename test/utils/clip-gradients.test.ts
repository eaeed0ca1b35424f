/** clipGradients and globalNorm against the plain formula, at the ends of the number range, under the limit. */
import { array, copy, dtypeOf, type NdArray, Random, randomNormal, zeros } from '@retrograd/arrays';
import { globalNorm } from '@retrograd/nn';
import { clipGradients } from '@retrograd/utils';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const numbers = (x: NdArray): number[] => Array.from(copy(x).data);
const plainNorm = (xs: readonly NdArray[]): number =>
  Math.sqrt(xs.flatMap(numbers).reduce((sum, v) => sum + v * v, 0));

function near(actual: number, expected: number, rtol = 4e-16, label = ''): void {
  const error = Math.abs(actual - expected);
  assert.ok(error <= rtol * Math.abs(expected), `${label} expected ${expected}, got ${actual}`);
}

test("the specification's example: a norm of 5 becomes 2.5", () => {
  const [clipped] = clipGradients([array([3, 4])], 2.5);
  assert.equal(numbers(clipped), [1.5, 2]);
  assert.is(globalNorm([clipped]), 2.5);
});

test('random lists of arrays keep their direction and get the norm asked for', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const rng = new Random(seed);
    const count = 1 + rng.integer(5);
    const gradients = Array.from({ length: count }, () => {
      const shape = Array.from({ length: rng.integer(4) }, () => 1 + rng.integer(4));
      return randomNormal(shape, { rng, std: 10 ** (rng.integer(7) - 3) });
    });
    const norm = plainNorm(gradients);
    const maxNorm = norm * (0.01 + 0.9 * rng.uniform());
    near(globalNorm(gradients), norm, 1e-15, `seed ${seed}: the norm`);
    const clipped = clipGradients(gradients, maxNorm);
    assert.is(clipped.length, count);
    near(plainNorm(clipped), maxNorm, 1e-14, `seed ${seed}: the clipped norm`);
    gradients.forEach((gradient, k) => {
      assert.equal(clipped[k].shape, gradient.shape);
      const expected = numbers(gradient).map((v) => v * (maxNorm / norm));
      numbers(clipped[k]).forEach((v, i) => near(v, expected[i], 1e-14, `seed ${seed}: [${k}][${i}]`));
    });
  }
});

test('the norm is that of all arrays together, not of each', () => {
  const clipped = clipGradients([array([3]), array([[0, 4]])], 1);
  near(numbers(clipped[0])[0], 0.6);
  near(numbers(clipped[1])[1], 0.8);
});

test('under the limit and at it no bit changes, and still the arrays are new', () => {
  const gradients = [
    array([3, -0, 3 * Number.MIN_VALUE, 1 / 3]),
    array(-1e-300),
    array([[0.1], [0.2]], { dtype: 'float32' }),
  ];
  for (const limit of [globalNorm(gradients), 1e9, Number.POSITIVE_INFINITY]) {
    const clipped = clipGradients(gradients, limit);
    clipped.forEach((each, k) => {
      assert.is.not(each, gradients[k]);
      assert.is.not(each.data, gradients[k].data);
      assert.equal(each.shape, gradients[k].shape);
      assert.ok(numbers(each).every((v, i) => Object.is(v, numbers(gradients[k])[i])));
    });
  }
});

test('just above the limit the arrays are scaled', () => {
  const clipped = clipGradients([array([3, 4])], 5 * (1 - 2 ** -50));
  assert.ok(numbers(clipped[0])[1] < 4);
});

test('what is given is neither changed nor kept', () => {
  const gradient = array([3, 4]);
  const clipped = clipGradients([gradient], 1);
  assert.equal(numbers(gradient), [3, 4]);
  clipped[0].data.fill(7);
  assert.equal(numbers(gradient), [3, 4]);
});

test('entries whose squares overflow or vanish are clipped like any others', () => {
  for (const size of [1e200, 1e300, 3e307, 1e-170, 1e-200, 1e-300]) {
    near(globalNorm([array([3 * size, 4 * size])]), 5 * size, 1e-15, `${size}`);
    for (const maxNorm of [size, 1e-200, 1e-8, 1]) {
      if (maxNorm >= 5 * size) continue;
      const [clipped] = clipGradients([array([3 * size, -4 * size])], maxNorm);
      near(numbers(clipped)[0], 0.6 * maxNorm, 2e-15, `${size} to ${maxNorm}`);
      near(numbers(clipped)[1], -0.8 * maxNorm, 2e-15, `${size} to ${maxNorm}`);
    }
  }
});

test('finite entries whose norm exceeds the largest double are clipped too', () => {
  const top = Number.MAX_VALUE;
  assert.is(globalNorm([array([top, top])]), Number.POSITIVE_INFINITY);
  const [clipped] = clipGradients([array([top, -top])], 1);
  near(numbers(clipped)[0], Math.SQRT1_2, 2e-16 * 4);
  near(numbers(clipped)[1], -Math.SQRT1_2, 2e-16 * 4);
});

test('denormal entries have a norm and are clipped to it', () => {
  assert.is(globalNorm([array([Number.MIN_VALUE])]), Number.MIN_VALUE);
  assert.is(globalNorm([array([3 * 2 ** -1070, 4 * 2 ** -1070])]), 5 * 2 ** -1070);
  const [clipped] = clipGradients([array([3 * 2 ** -1060, 4 * 2 ** -1060])], 2.5 * 2 ** -1060);
  assert.equal(numbers(clipped), [1.5 * 2 ** -1060, 2 * 2 ** -1060]);
});

test('where nothing overflows the norm is the root of the plain sum of squares, to rounding', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const x = randomNormal([seed % 11], { seed, std: 10 ** ((seed % 9) - 4) });
    near(globalNorm([x]), plainNorm([x]), 1e-15, `seed ${seed}`);
  }
});

test('every array keeps its dtype, and a float32 norm is summed in double precision', () => {
  const single = array([3, 0], { dtype: 'float32' });
  const clipped = clipGradients([single, array([4])], 1);
  assert.equal(clipped.map(dtypeOf), ['float32', 'float64']);
  assert.is(numbers(clipped[0])[0], Math.fround(0.6));
  const large = array([1e38, 1e38], { dtype: 'float32' });
  near(globalNorm([large]), Math.SQRT2 * Math.fround(1e38), 1e-15);
  near(numbers(clipGradients([large], 1)[0])[0], Math.SQRT1_2, 1e-7);
});

test('an empty list, empty arrays and zeros have norm 0 and come back as they are', () => {
  assert.equal(clipGradients([], 1), []);
  assert.is(globalNorm([]), 0);
  assert.equal(clipGradients([zeros([0, 3])], 1)[0].shape, [0, 3]);
  assert.equal(numbers(clipGradients([zeros([2])], 1e-300)[0]), [0, 0]);
});

test('globalNorm reports NaN and infinite entries instead of hiding them', () => {
  assert.ok(Number.isNaN(globalNorm([array([1, Number.NaN, Number.POSITIVE_INFINITY])])));
  assert.ok(Number.isNaN(globalNorm([array([Number.POSITIVE_INFINITY]), array([Number.NaN])])));
  assert.is(globalNorm([array([1, Number.NEGATIVE_INFINITY])]), Number.POSITIVE_INFINITY);
});

test.run();
