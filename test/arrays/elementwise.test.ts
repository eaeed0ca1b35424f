import * as k from '@retrograd/arrays';
import { type NdArray, Random } from '@retrograd/arrays';
import { sigmoidScalar } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertEntries } from '../support/assert-arrays.js';
import { entriesOf } from '../support/views.js';

const EXTREMES = [
  0,
  -0,
  1,
  -1,
  0.5,
  745,
  -745,
  746,
  -746,
  1e3,
  -1e3,
  709,
  -709,
  1e300,
  -1e300,
  5e-324,
  -5e-324,
  1e-310,
  1e-16,
  Number.MAX_VALUE,
  Infinity,
  -Infinity,
  Number.NaN,
];

/** Written here once more, in the most direct way, each one. */
const UNARY: Record<string, (x: number) => number> = {
  neg: (x) => -x,
  exp: (x) => Math.exp(x),
  log: (x) => Math.log(x),
  sqrt: (x) => Math.sqrt(x),
  abs: (x) => (x < 0 ? -x : x === 0 ? 0 : x),
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : x),
  tanh: (x) => Math.tanh(x),
  relu: (x) => (x > 0 ? x : Number.isNaN(x) ? x : 0),
};

const BINARY: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),
  maximum: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)),
  greater: (a, b) => Number(a > b),
  equal: (a, b) => Number(a === b),
};

const unaryOf = (name: string) => (k as unknown as Record<string, (x: NdArray) => NdArray>)[name];
const binaryOf = (name: string) =>
  (k as unknown as Record<string, (a: NdArray, b: NdArray) => NdArray>)[name];
const stored = (x: number, dtype: k.Dtype) => (dtype === 'float32' ? Math.fround(x) : x);

for (const dtype of ['float64', 'float32'] as const) {
  for (const [name, f] of Object.entries(UNARY)) {
    test(`${name} (${dtype}) is right at extremes and rounds once`, () => {
      const rng = new Random(1);
      const xs = [...EXTREMES, ...Array.from({ length: 100 }, () => 3 * rng.normal())].map((x) =>
        stored(x, dtype),
      );
      const expected = xs.map((x) => stored(f(x), dtype));
      assertEntries(entriesOf(unaryOf(name)(k.array(xs, { dtype }))), expected, name);
    });
  }

  for (const [name, f] of Object.entries(BINARY)) {
    test(`${name} (${dtype}) is right for all pairs of extremes`, () => {
      const xs = EXTREMES.map((x) => stored(x, dtype));
      const a = k.array(xs, { dtype, shape: [xs.length, 1] });
      const b = k.array(xs, { dtype });
      const expected = xs.flatMap((x) => xs.map((y) => stored(f(x, y), dtype)));
      assertEntries(entriesOf(binaryOf(name)(a, b)), expected, `${name} broadcast`);
      const all = [xs.length, xs.length];
      const dense = binaryOf(name)(k.copy(k.broadcastTo(a, all)), k.copy(k.broadcastTo(b, all)));
      assertEntries(entriesOf(dense), expected, `${name} dense`);
    });
  }
}

test('sigmoid keeps its relative precision down to the last denormal', () => {
  // From 40 digits: sigmoid(-x) = e^-x / (1 + e^-x), by the series of expm1 in exact arithmetic.
  const table: [number, number][] = [
    [0, 0.5],
    [1, 0.7310585786300049],
    [-1, 0.2689414213699951],
    [-30, 9.357622968839299e-14],
    [-700, 9.85967654375977e-305],
    [-745, 5e-324],
    [-746, 0],
    [-1e300, 0],
    [745, 1],
    [1e300, 1],
    [-Infinity, 0],
    [Infinity, 1],
  ];
  const y = entriesOf(k.sigmoid(k.array(table.map(([x]) => x))));
  for (const [i, [x, expected]] of table.entries()) {
    assert.ok(
      Math.abs(y[i] - expected) <= 4e-16 * expected,
      `sigmoid(${x}) is ${y[i]}, expected ${expected}`,
    );
    assert.is(sigmoidScalar(x), y[i]);
  }
  assert.ok(Number.isNaN(sigmoidScalar(Number.NaN)));
});

test('sigmoid(-x) is 1 - sigmoid(x), and never leaves [0, 1]', () => {
  const rng = new Random(2);
  for (let i = 0; i < 2000; i++) {
    const x = rng.normal() * 10 ** (4 * rng.uniform() - 2);
    const y = sigmoidScalar(x);
    assert.ok(y >= 0 && y <= 1, `x = ${x}`);
    assert.ok(Math.abs(y + sigmoidScalar(-x) - 1) < 2.3e-16, `x = ${x}`);
  }
});

test('mixing dtypes gives float64, computed from the float32 entries as they are', () => {
  const a = k.array([0.1, 0.2], { dtype: 'float32' });
  const b = k.array([0.1, 0.2]);
  for (const y of [k.add(a, b), k.add(b, a), k.where(a, b, a)]) assert.is(k.dtypeOf(y), 'float64');
  assertEntries(entriesOf(k.add(a, b)), [Math.fround(0.1) + 0.1, Math.fround(0.2) + 0.2], 'sum');
  assert.is(k.dtypeOf(k.add(a, a)), 'float32');
});

test('random shapes broadcast as an index-by-index oracle says', () => {
  const rng = new Random(3);
  for (let round = 0; round < 300; round++) {
    const shape = Array.from({ length: rng.integer(5) }, () => rng.integer(4));
    const shrink = () =>
      shape.map((n) => (rng.integer(3) === 0 ? 1 : n)).slice(rng.integer(shape.length + 1));
    const [aShape, bShape] = [shrink(), shrink()];
    const a = k.randomNormal(aShape, { rng });
    const b = k.randomNormal(bShape, { rng });
    const rank = Math.max(aShape.length, bShape.length);
    const size = (s: number[], i: number) => s[s.length - rank + i] ?? 1;
    const out = Array.from({ length: rank }, (_, i) =>
      size(aShape, i) === 1 ? size(bShape, i) : size(aShape, i),
    );
    const expected: number[] = [];
    const walk = (index: number[]): void => {
      if (index.length === rank) {
        const at = (x: NdArray, s: number[]) =>
          x.get(...s.map((n, i) => (n === 1 ? 0 : index[rank - s.length + i])));
        expected.push(at(a, aShape) - at(b, bShape));
      } else for (let i = 0; i < out[index.length]; i++) walk([...index, i]);
    };
    walk([]);
    const actual = k.sub(a, b);
    const title = `seed 3, round ${round}: [${aShape}] - [${bShape}]`;
    assert.equal(actual.shape, out, title);
    assertEntries(entriesOf(actual), expected, title);
  }
});

test('where takes entries and never mixes them in', () => {
  const nan = k.full([3], Number.NaN);
  const x = k.array([1, 2, 3]);
  assertEntries(entriesOf(k.where(k.array([1, 1, 1]), x, nan)), [1, 2, 3], 'all taken');
  assertEntries(entriesOf(k.where(k.array([0, -0, 0]), nan, x)), [1, 2, 3], 'none taken');
  assertEntries(
    entriesOf(k.where(k.array([Number.NaN, 0, -2]), x, k.neg(x))),
    [1, -2, 3],
    'NaN counts as true',
  );
  const mask = k.wrap(new Uint8Array([1, 0]), [2, 1]);
  assert.equal(k.toNested(k.where(mask, x, k.array(0))), [
    [1, 2, 3],
    [0, 0, 0],
  ]);
  assert.is(
    k.dtypeOf(k.where(k.ones([1]), k.ones([1], { dtype: 'float32' }), k.ones([1], { dtype: 'float32' }))),
    'float32',
  );
});

test('arrays without axes and arrays without entries go through every function', () => {
  for (const name of [...Object.keys(UNARY), 'sigmoid']) {
    const scalar = unaryOf(name)(k.array(2));
    assert.equal(scalar.shape, []);
    assert.equal(k.toNested(scalar), entriesOf(unaryOf(name)(k.array([2])))[0]);
    for (const shape of [[0], [2, 0], [0, 3, 1]]) assert.equal(unaryOf(name)(k.zeros(shape)).shape, shape);
  }
  for (const name of Object.keys(BINARY)) {
    const f = binaryOf(name);
    assert.equal(f(k.array(2), k.array(3)).shape, []);
    assert.equal(f(k.zeros([0, 3]), k.array(3)).shape, [0, 3]);
    assert.equal(f(k.zeros([0, 1]), k.zeros([1, 4])).shape, [0, 4]);
    assert.equal(f(k.zeros([0]), k.zeros([1])).shape, [0]);
  }
});

test.run();
