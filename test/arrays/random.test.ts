import * as k from '@retrograd/arrays/internal';
import { Random } from '@retrograd/arrays/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertEntries } from '../support/assert-arrays.js';
import { entriesOf } from '../support/views.js';

/** What seed 42 gives: a uniform number, two normal ones, an integer below 1000. */
const PINNED = [0.7323032851217616, -0.44125270840187275, 1.1643173368374848, 233];

const N = 200_000;

const draws = (n: number, draw: () => number) => Array.from({ length: n }, draw);
const mean = (xs: number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length;

/** Refuses a sample mean more than 5 standard errors off (one in two million). */
function assertMean(xs: number[], expected: number, std: number, title: string): void {
  const error = (mean(xs) - expected) / (std / Math.sqrt(xs.length));
  assert.ok(Math.abs(error) < 5, `${title}: the mean is ${error} standard errors off`);
}

test('the same seed gives the same numbers, another seed others', () => {
  const sample = (seed: number) => {
    const rng = new Random(seed);
    return [rng.uniform(), rng.normal(), rng.normal(), rng.integer(1000), rng.uniform()];
  };
  assert.equal(sample(1), sample(1));
  const seen = new Set<number>();
  for (const seed of [
    0,
    1,
    2,
    3,
    -1,
    -2,
    2 ** 31,
    2 ** 32,
    2 ** 32 + 1,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ]) {
    seen.add(sample(seed)[0]);
  }
  assert.is(seen.size, 11);
});

test('the numbers of a seed are pinned, since saved models and published examples depend on them', () => {
  const rng = new Random(42);
  assert.equal([rng.uniform(), rng.normal(), rng.normal(), rng.integer(1000)], PINNED);
});

test('the first numbers of neighbouring seeds are as different as any others', () => {
  const first = Array.from({ length: 20_000 }, (_, seed) => new Random(seed).uniform());
  assertMean(first, 0.5, Math.sqrt(1 / 12), 'first draws');
  const steps = first.slice(1).map((u, i) => (u - 0.5) * (first[i] - 0.5));
  assertMean(steps, 0, 1 / 12, 'covariance of neighbours');
});

test('uniform numbers lie in [0, 1), with the moments and the spread of a uniform distribution', () => {
  const rng = new Random(5);
  const u = draws(N, () => rng.uniform());
  assert.ok(u.every((x) => x >= 0 && x < 1));
  assertMean(u, 1 / 2, Math.sqrt(1 / 12), 'mean');
  assertMean(
    u.map((x) => (x - 0.5) ** 2),
    1 / 12,
    Math.sqrt(1 / 180),
    'variance',
  );
  const bins = new Array<number>(100).fill(0);
  for (const x of u) bins[Math.floor(x * 100)]++;
  const chi2 = bins.reduce((sum, n) => sum + (n - N / 100) ** 2 / (N / 100), 0);
  assert.ok(chi2 < 99 + 5 * Math.sqrt(2 * 99), `chi squared ${chi2} for 99 degrees of freedom`);
  assert.ok(
    u.some((x) => (x * 2 ** 53) % 2 === 1),
    'all 53 bits are used',
  );
});

test('normal numbers have the moments and the tails of a normal distribution', () => {
  const rng = new Random(6);
  const z = draws(N, () => rng.normal());
  assertMean(z, 0, 1, 'mean');
  assertMean(
    z.map((x) => x ** 2),
    1,
    Math.sqrt(2),
    'variance',
  );
  assertMean(
    z.map((x) => x ** 3),
    0,
    Math.sqrt(15),
    'third moment',
  );
  assertMean(
    z.map((x) => x ** 4),
    3,
    Math.sqrt(96),
    'fourth moment',
  );
  // P(Z > 1) and P(Z < -2).
  const tail = (p: number, xs: boolean[]) =>
    assertMean(xs.map(Number), p, Math.sqrt(p * (1 - p)), `tail ${p}`);
  tail(
    0.15865525393145707,
    z.map((x) => x > 1),
  );
  tail(
    0.02275013194817921,
    z.map((x) => x < -2),
  );
  assertMean(
    z.slice(1).map((x, i) => x * z[i]),
    0,
    1,
    'covariance of neighbours',
  );
});

test('integers are spread evenly, and shuffles give all orders equally often', () => {
  const rng = new Random(7);
  for (const n of [1, 2, 3, 7]) {
    const xs = draws(20_000, () => rng.integer(n));
    assert.ok(xs.every((x) => Number.isInteger(x) && x >= 0 && x < n));
    for (let i = 0; i < n; i++) {
      const p = 1 / n;
      assertMean(
        xs.map((x) => Number(x === i)),
        p,
        Math.sqrt(p * (1 - p)) + 1e-9,
        `${i} of ${n}`,
      );
    }
  }
  const big = draws(1000, () => rng.integer(2 ** 40));
  assert.ok(big.every((x) => Number.isInteger(x) && x < 2 ** 40) && Math.max(...big) > 2 ** 39);
  const items = ['a', 'b', 'c'];
  const orders = draws(12_000, () => 0).map(() => rng.shuffle(items).join(''));
  for (const order of ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']) {
    assertMean(
      orders.map((o) => Number(o === order)),
      1 / 6,
      Math.sqrt(5 / 36),
      order,
    );
  }
  assert.equal(items, ['a', 'b', 'c']);
  assert.equal(rng.shuffle([]), []);
});

test('a saved state goes on exactly, in the middle of a pair of normal numbers too, and survives JSON', () => {
  for (const normals of [0, 1, 2, 3]) {
    const rng = new Random(8);
    for (let i = 0; i < normals; i++) rng.normal();
    const state = rng.getState();
    const copy = Random.fromState(JSON.parse(JSON.stringify(state)) as number[]);
    assert.equal(rng.getState(), state, 'reading the state changes nothing');
    const next = (r: Random) => [r.normal(), r.uniform(), r.normal(), r.integer(99), r.normal()];
    assert.equal(next(copy), next(rng), `${normals} normal numbers`);
    assert.equal(copy.getState(), rng.getState());
  }
});

test('random arrays take mean, std, low, high, dtype, and a generator or a seed', () => {
  const x = k.randomNormal([400, 100], { mean: 3, std: 0.5, seed: 9 });
  assertMean(entriesOf(x), 3, 0.5, 'mean');
  assertMean(
    entriesOf(x).map((v) => (v - 3) ** 2),
    0.25,
    0.25 * Math.sqrt(2),
    'variance',
  );
  const u = entriesOf(k.randomUniform([400, 100], { low: -2, high: 6, seed: 9 }));
  assert.ok(u.every((v) => v >= -2 && v < 6));
  assertMean(u, 2, 8 / Math.sqrt(12), 'mean of uniform');
  const a = k.randomNormal([3], { seed: 1, dtype: 'float32' });
  assert.is(k.dtypeOf(a), 'float32');
  assertEntries(
    entriesOf(a),
    entriesOf(k.randomNormal([3], { seed: 1 })).map(Math.fround),
    'float32 is rounded',
  );
  const rng = new Random(1);
  assertEntries(
    entriesOf(k.randomNormal([3], { rng })),
    entriesOf(k.randomNormal([3], { seed: 1 })),
    'rng and seed',
  );
  assert.is(k.randomUniform([0, 3]).size, 0);
  assert.is(k.randomNormal([]).shape.length, 0);
  assertEntries(entriesOf(k.randomNormal([2], { std: 0, mean: 1, seed: 1 })), [1, 1], 'std 0');
});

test('manualSeed starts the default generator anew', () => {
  k.manualSeed(11);
  const first = [k.defaultRandom().uniform(), k.toNested(k.randomNormal([2]))];
  k.manualSeed(11);
  assert.equal([k.defaultRandom().uniform(), k.toNested(k.randomNormal([2]))], first);
  assert.ok(k.randomFrom({}) === k.defaultRandom());
});

test('a million numbers take no noticeable time', () => {
  const rng = new Random(12);
  const start = performance.now();
  for (let i = 0; i < 1e6; i++) rng.uniform();
  assert.ok(performance.now() - start < 1000);
});

test.run();
