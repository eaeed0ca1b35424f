/** lift: hand-derived pairs as ops. */

import * as k from '@retrograd/arrays/internal';
import {
  add,
  backward,
  grad,
  gradCheck,
  lift,
  mul,
  noGrad,
  parameter,
  scan,
  sum,
  type Tensor,
  tanh,
  tensor,
} from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { throws } from '../support/throws.js';

/** x³ and x·w, by hand. */
const forward = (x: k.NdArray, w: k.NdArray): readonly [k.NdArray[], k.NdArray[]] => [
  [k.mul(x, k.mul(x, x)), k.mul(x, w)],
  [x, w],
];
const backwardByHand = ([g, h]: readonly k.NdArray[], [x, w]: k.NdArray[]): k.NdArray[] => [
  k.add(k.mul(g, k.mul(k.array(3), k.mul(x, x))), k.mul(h, w)),
  k.mul(h, x),
];
const composed = (x: Tensor, w: Tensor): Tensor[] => [mul(x, mul(x, x)), mul(x, w)];

const cubeAndProduct = lift('cubeAndProduct', forward, backwardByHand, { composed });
const withoutTwin = lift('withoutTwin', forward, backwardByHand);

const inputs = (): k.NdArray[] => [
  k.array([
    [1, -2],
    [0.5, 3],
  ]),
  k.array([
    [2, 0.3],
    [-1, 1],
  ]),
];

test('a lifted pair is one call with its outputs and its gradients', () => {
  const [x, w] = inputs().map((each) => parameter(each));
  const [cube, product] = cubeAndProduct(x, w);
  assert.is(cube.call, product.call);
  assert.is(cube.call?.name, 'cubeAndProduct');
  gradCheck((a, b) => sum(mul(...(cubeAndProduct(a, b) as [Tensor, Tensor]))), inputs());
});

test('second derivatives go through the composed twin', () => {
  gradCheck((a, b) => cubeAndProduct(a, b)[0], inputs(), { order: 2 });
  gradCheck((a, b) => sum(mul(...(cubeAndProduct(a, b) as [Tensor, Tensor]))), inputs(), { order: 2 });
});

test('third derivatives too', () => {
  const x = parameter(2);
  let y = cubeAndProduct(x, 1)[0];
  for (let i = 0; i < 3; i++) y = grad(y, x, { createGraph: true });
  assert.is(y.item(), 6);
});

test('inputs that depend on one another get partial derivatives', () => {
  const x = parameter(2);
  const [, product] = cubeAndProduct(x, mul(x, x));
  const g = grad(product, x, { createGraph: true });
  assert.is(g.item(), 12);
  assert.is(grad(g, x).item(), 12);
});

test('without a twin the first derivative works and the second is refused by name', () => {
  const x = parameter(2);
  const [y] = withoutTwin(x, 1);
  assert.is(grad(y, x).item(), 12);
  throws(
    () => grad(y, x, { createGraph: true }),
    k.GraphError,
    'withoutTwin: composed must be given for second derivatives, got undefined; pass it to lift',
  );
});

test('a twin with another number of outputs is refused', () => {
  const odd = lift('odd', forward, backwardByHand, { composed: (x) => [x] });
  const x = parameter(2);
  throws(
    () => grad(odd(x, 1)[0], x, { createGraph: true }),
    k.GraphError,
    'odd: composed must be a function to 2 tensors, got one to 1',
  );
});

test('an output that nothing used reaches backward as zeros', () => {
  let seen: number[] = [];
  const spy = lift('spy', forward, ([g, h], cache: k.NdArray[]) => {
    seen = [...h.data];
    return backwardByHand([g, h], cache);
  });
  const [x, w] = inputs().map((each) => parameter(each));
  backward(sum(spy(x, w)[0]));
  assert.equal(seen, [0, 0, 0, 0]);
});

test('backward is told which inputs want a gradient, and null counts as zero', () => {
  let needed: readonly boolean[] = [];
  const half = lift('half', forward, (cotangents, cache: k.NdArray[], needs) => {
    needed = needs;
    return [backwardByHand(cotangents, cache)[0], null];
  });
  const [x, w] = inputs().map((each) => parameter(each));
  backward(sum(half(x, w.detach())[1]));
  assert.equal(needed, [true, false]);
  backward(sum(half(x, w)[1]));
  assert.equal(needed, [true, true]);
  assert.equal(k.toNested(w.grad!), [
    [0, 0],
    [0, 0],
  ]);
});

test('a fresh gradient becomes that of a leaf as it is, any other is copied', () => {
  const kept: k.NdArray[] = [];
  const twice = (fresh: boolean) =>
    lift(
      'twice',
      (x) => [[k.add(x, x)], null],
      ([g]) => {
        kept.push(k.add(g, g));
        return [kept[kept.length - 1]];
      },
      { fresh },
    );
  const x = parameter(k.ones([300, 2]));
  const gradients = [false, true].map((fresh) => grad(sum(twice(fresh)(x)[0]), x).value);
  assert.is.not(gradients[0].data, kept[0].data);
  assert.is(gradients[1].data, kept[1].data);
  for (const gradient of gradients) assertSameBits(gradient, k.full([300, 2], 2), 'gradient');
});

test('fresh gradients of several calls are summed, and later passes leave the sum alone', () => {
  const twice = lift(
    'twice',
    (x) => [[k.add(x, x)], null],
    ([g]) => [k.add(g, g)],
    { fresh: true },
  );
  const x = parameter(k.ones([300, 2]));
  const y = add(twice(x)[0], twice(x)[0]);
  const first = grad(sum(y), x).value;
  grad(sum(y), x);
  assertSameBits(first, k.full([300, 2], 4), 'gradient');
});

test('a gradient of the wrong shape is refused with the names of op and input', () => {
  const wrong = lift('wrong', forward, ([g]) => [g, k.zeros([3])]);
  const [x, w] = inputs().map((each) => parameter(each));
  throws(
    () => backward(sum(wrong(x, w)[0])),
    k.ShapeError,
    'vjp of wrong: the gradient of input 1 must be [2, 2], got [3]',
  );
});

test('constants, arrays and numbers in, and no graph when nothing requires grad', () => {
  const [cube] = cubeAndProduct(2, tensor(1));
  assert.is(cube.item(), 8);
  assert.not(cube.requiresGrad);
  const x = parameter(2);
  assert.not(noGrad(() => cubeAndProduct(x, 1)[0]).requiresGrad);
  throws(
    () => cubeAndProduct('2' as unknown as number, 1),
    k.DtypeError,
    "cubeAndProduct: input 0 must be a tensor, an ndarray or a number, got '2'",
  );
});

test('errors call the inputs by the names they were given, and count those without one', () => {
  const named = lift(
    'named',
    (x, y) => [[x], y],
    ([g]) => [g, null],
    { inputs: ['x'] },
  );
  const wrong = '2' as unknown as number;
  const wanted = 'must be a tensor, an ndarray or a number';
  throws(() => named(wrong, 1), k.DtypeError, `named: x ${wanted}, got '2'`);
  throws(() => named(1, wrong), k.DtypeError, `named: input 1 ${wanted}, got '2'`);
});

test('a lifted cell under scan gives the gradients of the composed one', () => {
  const cell = lift(
    'cell',
    (h: k.NdArray, x: k.NdArray) => {
      const y = k.tanh(k.add(h, x));
      return [[y], y];
    },
    ([g], y) => {
      const both = k.mul(g, k.tanhDerivative(y));
      return [both, both];
    },
    { composed: (h, x) => [tanh(add(h, x))] },
  );
  const rng = new k.Random(5);
  const [h_0, xs] = [k.randomNormal([2, 3], { rng }), k.randomNormal([2, 6, 3], { rng })];
  const run = (step: (h: Tensor, x: Tensor) => Tensor) => (h: Tensor, x: Tensor) =>
    scan((state: Tensor, x_t) => [step(state, x_t), step(state, x_t)], h, x)[1];
  const lifted = run((h, x) => cell(h, x)[0]);
  gradCheck(lifted, [h_0, xs], { order: 2 });
  const results = [lifted, run((h, x) => tanh(add(h, x)))].map((f) => {
    const [h, x] = [parameter(h_0), parameter(xs)];
    return grad(sum(f(h, x)), [h, x]).map((g) => k.toNested(g.value));
  });
  assert.equal(results[0], results[1]);
});

test.run();
