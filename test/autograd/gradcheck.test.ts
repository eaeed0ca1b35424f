/** gradCheck itself: what must fail fails, what is right passes. */

import * as k from '@retrograd/arrays/internal';
import {
  add,
  constant,
  GradCheckError,
  gradCheck,
  lift,
  matmul,
  mul,
  parameter,
  sum,
  type Tensor,
  tanh,
  tensor,
} from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { throws } from '../support/throws.js';

const rng = new k.Random(3);
const small = (): k.NdArray[] => [k.randomNormal([2, 3], { rng }), k.randomNormal([3], { rng })];
const large = (): k.NdArray[] => [k.randomNormal([40, 30], { rng }), k.randomNormal([30], { rng })];

type Rule = (g: k.NdArray, x: k.NdArray, w: k.NdArray) => k.NdArray[];

const right: Rule = (g, x, w) => [k.mul(g, w), k.sumTo(k.mul(g, x), w.shape)];

/** x · w with a vjp to be judged. */
const product = (rule: Rule): ((x: Tensor, w: Tensor) => Tensor) => {
  const op = lift(
    'product',
    (x, w) => [[k.mul(x, w)], null],
    ([g], _cache, _needs) => rule(g, last[0], last[1]),
  );
  let last: k.NdArray[] = [];
  return (x, w) => {
    last = [x.value, w.value];
    return op(x, w)[0];
  };
};

const scaled =
  (factor: number): Rule =>
  (g, x, w) => {
    const [gx, gw] = right(g, x, w);
    return [gx, k.mul(gw, k.array(factor))];
  };

const WRONG: Record<string, Rule> = {
  'is off by 0.1 %': scaled(1.001),
  'is off by 0.05 %': scaled(0.9995),
  'has the wrong sign': scaled(-1),
  'is zero': scaled(0),
  'forgets to accumulate over the rows': (g, x, w) => [
    right(g, x, w)[0],
    k.reshape(k.slice(k.mul(g, x), [[0, 1]]), w.shape),
  ],
  'is NaN in one entry': (g, x, w) => {
    const [gx, gw] = right(g, x, w);
    gx.data[1] = Number.NaN;
    return [gx, gw];
  },
  'swaps two entries': (g, x, w) => {
    const [gx, gw] = right(g, x, w);
    [gx.data[0], gx.data[1]] = [gx.data[1], gx.data[0]];
    return [gx, gw];
  },
};

for (const [fault, rule] of Object.entries(WRONG)) {
  test(`a vjp that ${fault} fails, entry by entry and along directions`, () => {
    for (const inputs of [small(), large()]) {
      for (let seed = 0; seed < 5; seed++) {
        assert.throws(
          () => gradCheck(product(rule), inputs, { seed }),
          (e: Error) => e instanceof GradCheckError,
        );
      }
    }
  });
}

test('a right vjp passes, entry by entry and along directions, and the report says how well', () => {
  const report = gradCheck(product(right), small());
  assert.is(report.ok, true);
  assert.is(report.checked, 9);
  assert.ok(report.maxError < 1e-8);
  assert.is(report.worst?.error, report.maxError);
  assert.is(gradCheck(product(right), large()).checked, 40);
  assert.is(gradCheck(product(right), large(), { directions: 3 }).checked, 6);
  assert.is(gradCheck(product(right), large(), { maxElements: 2000 }).checked, 1230);
});

test('right gradients pass at very different sizes of values and derivatives', () => {
  for (const size of [1e-4, 1, 1e3, 1e6]) {
    const eps = Math.min(1e-6, 1e-5 * size);
    const x = k.mul(k.randomNormal([3], { rng }), k.array(size));
    gradCheck((t) => mul(t, mul(t, 1 / size)), [x], { eps });
    gradCheck((t) => mul(tanh(mul(t, 1 / size)), size), [x], { eps });
  }
});

test('the error names input, entry and both numbers', () => {
  const half = lift(
    'half',
    (x, w) => [[k.add(x, w)], null],
    ([g]) => [g, k.mul(g, k.array([1, 0.5]))],
  );
  const find = (): GradCheckError => {
    try {
      gradCheck((x, w) => half(x, w)[0], [k.array([1, 2]), k.array([3, 4])]);
    } catch (error) {
      return error as GradCheckError;
    }
    throw new Error('it passed');
  };
  const { point, message } = find();
  assert.is(point.input, 1);
  assert.equal(point.index, [1]);
  assert.ok(Math.abs(point.analytic / point.numeric - 0.5) < 1e-6);
  const { numeric, analytic } = point;
  assert.is(
    message,
    `gradCheck: the gradient of input 1 at [1] must be ${numeric} as by central differences, got ${analytic}`,
  );
});

test('a function that lost its graph fails', () => {
  assert.throws(() => gradCheck((x) => mul(x.detach(), 2), [k.array([1])]), /got 0/);
  gradCheck((x) => mul(x, 0).detach(), [k.array([1])]);
});

test('the second order catches a composed twin that differs', () => {
  const make = (composed: (x: Tensor) => Tensor[]) =>
    lift(
      'square',
      (x) => [[k.mul(x, x)], x],
      ([g], x) => [k.mul(g, k.mul(k.array(2), x))],
      { composed },
    );
  const good = make((x) => [mul(x, x)]);
  const bad = make((x) => [mul(mul(x, x), 1.001)]);
  gradCheck((x) => good(x)[0], [k.array([1, 2])], { order: 2 });
  gradCheck((x) => bad(x)[0], [k.array([1, 2])]);
  assert.throws(
    () => gradCheck((x) => bad(x)[0], [k.array([1, 2])], { order: 2 }),
    /gradCheck: the gradient of input/,
  );
});

test('leaves that require grad are used themselves and restored to the bit', () => {
  const W = parameter(k.randomNormal([3, 2], { rng }));
  const before = k.toNested(W.value);
  const report = gradCheck((x) => tanh(matmul(x, W)), [k.randomNormal([2, 3], { rng })]);
  assert.is(report.checked, 6);
  assert.is(gradCheck((x, _W) => tanh(matmul(x, W)), [k.randomNormal([2, 3], { rng }), W]).checked, 12);
  assert.throws(() => gradCheck(() => mul(W, W.detach()), [W]));
  assert.throws(() =>
    gradCheck(() => {
      if (W.value.data[5] !== (before as number[][])[2][1]) throw new Error('while moved');
      return W;
    }, [W]),
  );
  assert.equal(k.toNested(W.value), before);
  assert.is(W.grad, null);
});

test('arrays, constants and inner tensors are copied', () => {
  const x = k.array([1, 2]);
  const seen = new Set<Tensor>();
  const inner = mul(parameter([1, 2]), 2);
  gradCheck(
    (a, b, c, d) => {
      for (const t of [a, b, c]) seen.add(t);
      return sum(add(mul(mul(a, b), c), d));
    },
    [x, constant(x), inner, 5],
  );
  assert.is(seen.size, 3);
  assert.not(seen.has(inner));
  assert.equal(k.toNested(x), [1, 2]);
});

test('wrong calls are refused with what is wrong', () => {
  const float32 = k.array([1], { dtype: 'float32' });
  throws(
    () => gradCheck((x) => x, [float32]),
    k.DtypeError,
    'gradCheck: inputs[0] must be float64, got float32',
  );
  throws(
    () => gradCheck((x) => x, [k.array([1]), tensor(float32)]),
    k.DtypeError,
    'gradCheck: inputs[1] must be float64, got float32',
  );
  throws(
    () => gradCheck((() => 3) as never, [1]),
    k.GraphError,
    'gradCheck: fn must be a function to a tensor, got 3',
  );
  throws(
    () => gradCheck((x) => mul(x, rng.uniform()), [1]),
    k.ValueError,
    'gradCheck: fn must be the same function at every call, got different results; seed it',
  );
});

test.run();
