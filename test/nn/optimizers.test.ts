/** The optimizers apart from PyTorch's numbers: states, skipped parameters, bad gradients, float32. */

import {
  array,
  copy,
  dtypeOf,
  full,
  type NdArray,
  Random,
  randomNormal,
  ShapeError,
  ValueError,
  zeros,
} from '@retrograd/arrays';
import { parameter, type Tensor } from '@retrograd/autograd';
import { LSTM } from '@retrograd/lstm';
import { Adam, AdamW, type Optimizer, type OptimizerState, RMSprop, SGD } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameBits } from '../support/assert-arrays.js';
import { refuses } from '../support/refuses.js';
import { viewsOf } from '../support/views.js';

export const kernels = 'all';

const SEED = 41;

type Make = (parameters: readonly Tensor[]) => Optimizer;

const KINDS: [name: string, make: Make][] = [
  ['SGD', (p) => new SGD(p, { lr: 0.1 })],
  ['SGD with momentum', (p) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.2, weightDecay: 0.1 })],
  ['SGD with Nesterov momentum', (p) => new SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true })],
  ['Adam', (p) => new Adam(p, { lr: 0.1, weightDecay: 0.1 })],
  ['Adam with amsgrad', (p) => new Adam(p, { lr: 0.1, amsgrad: true, betas: [0.4, 0.5] })],
  ['AdamW', (p) => new AdamW(p, { lr: 0.1 })],
  ['RMSprop', (p) => new RMSprop(p, { lr: 0.1, weightDecay: 0.1 })],
  [
    'RMSprop centered with momentum',
    (p) => new RMSprop(p, { lr: 0.1, centered: true, momentum: 0.5, alpha: 0.3 }),
  ],
];

const SHAPES = [[2, 3], [4], []];

function start(dtype: 'float32' | 'float64' = 'float64'): Tensor[] {
  const rng = new Random(SEED);
  return SHAPES.map((shape) => parameter(randomNormal(shape, { rng, dtype })));
}

function setGradients(parameters: readonly Tensor[], rng: Random): void {
  for (const p of parameters) p.grad = randomNormal(p.shape, { rng, dtype: p.dtype });
}

for (const [name, make] of KINDS) {
  test(`${name}: ten steps, saved and loaded, and ten more are twenty steps, bit for bit`, () => {
    for (const dtype of ['float64', 'float32'] as const) {
      const rng = new Random(SEED + 1);
      const straight = start(dtype);
      const optimizer = make(straight);
      for (let t = 0; t < 20; t++) {
        setGradients(straight, rng);
        optimizer.step();
      }
      const again = new Random(SEED + 1);
      const first = start(dtype);
      const before = make(first);
      for (let t = 0; t < 10; t++) {
        setGradients(first, again);
        before.step();
      }
      const saved = before.stateDict();
      const text = JSON.stringify({ ...saved, arrays: {} });
      const second = first.map((p) => parameter(p.value));
      // Another learning rate at first: the saved one counts.
      const after = new (before.constructor as new (p: Tensor[], o: object) => Optimizer)(second, {
        lr: 0.9,
      });
      after.loadStateDict({ ...(JSON.parse(text) as OptimizerState), arrays: saved.arrays });
      assert.is(after.lr, 0.1);
      for (let t = 0; t < 10; t++) {
        setGradients(second, again);
        after.step();
      }
      straight.forEach((p, i) => {
        assertSameBits(second[i].value, p.value, `${dtype} parameter ${i}`);
        assert.is(p.dtype, dtype);
      });
    }
  });

  test(`${name}: a parameter without gradient is left alone and its steps do not count`, () => {
    const rng = new Random(SEED);
    const [a, b] = start();
    const optimizer = make([a, b]);
    const before = copy(b.value);
    a.grad = randomNormal(a.shape, { rng });
    optimizer.step();
    assertSameBits(b.value, before, 'b');
    assert.equal(optimizer.stateDict().steps, [1, 0]);
    // b's first step is now the first step of an optimizer of its own.
    const alone = parameter(before);
    const other = make([alone]);
    a.grad = null;
    b.grad = randomNormal(b.shape, { rng });
    alone.grad = copy(b.grad);
    optimizer.step();
    other.step();
    assertSameBits(b.value, alone.value, 'b after its first step');
  });

  test(`${name}: gradients that are not finite or not of the shape change nothing`, async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const parameters = start();
      const optimizer = make(parameters);
      setGradients(parameters, new Random(1));
      optimizer.step();
      const values = parameters.map((p) => copy(p.value));
      const state = optimizer.stateDict();
      parameters[1].grad = array([1, bad, 3, 4]);
      const op = state.algorithm;
      const call = () => optimizer.step();
      const remedy = 'lower the learning rate or clip the gradients';
      await refuses([
        call,
        ValueError,
        `${op}.step: gradient of parameters[1] must be finite, got ${bad}; ${remedy}`,
      ]);
      parameters[1].grad = zeros([3]);
      await refuses([call, ShapeError, `${op}.step: gradient of parameters[1] must be [4], got [3]`]);
      parameters.forEach((p, i) => assertSameBits(p.value, values[i], `parameter ${i}`));
      const after = optimizer.stateDict();
      assert.equal(after.steps, state.steps);
      for (const [key, value] of Object.entries(state.arrays)) assertSameBits(after.arrays[key], value, key);
    }
  });

  test(`${name}: float32 follows float64 within rounding`, () => {
    const wide = start();
    const narrow = wide.map((p) => parameter(p.value, { dtype: 'float32' }));
    const optimizers = [make(wide), make(narrow)];
    for (let t = 0; t < 20; t++) {
      const rng = new Random(t);
      for (const p of wide) p.grad = randomNormal(p.shape, { rng });
      narrow.forEach((p, i) => {
        p.grad = copy(wide[i].grad as NdArray, { dtype: 'float32' });
      });
      for (const optimizer of optimizers) optimizer.step();
    }
    wide.forEach((p, i) => {
      assert.is(dtypeOf(narrow[i].value), 'float32');
      assertClose(narrow[i].value, p.value, `parameter ${i}`, { rtol: 1e-4, atol: 1e-5 });
    });
  });

  test(`${name}: a gradient may be any view`, () => {
    const gradient = randomNormal([2, 3], { seed: SEED });
    const results = viewsOf(gradient).map(({ view }) => {
      const p = parameter(full([2, 3], 1));
      const optimizer = make([p]);
      p.grad = view;
      optimizer.step();
      return p.value;
    });
    for (const value of results) assertSameBits(value, results[0], 'every view');
  });
}

test('the learning rate can be set, is checked, and counts from the next step', async () => {
  const p = parameter([1]);
  const optimizer = new SGD([p], { lr: 0.5 });
  p.grad = array([1]);
  optimizer.step();
  optimizer.lr = 0.25;
  optimizer.step();
  assert.is(p.value.get(0), 0.25);
  assert.is(optimizer.lr, 0.25);
  await refuses([
    () => {
      optimizer.lr = -1;
    },
    ValueError,
    'SGD: lr must be a finite number >= 0, got -1',
  ]);
  assert.is(optimizer.lr, 0.25);
  optimizer.zeroGrad();
  assert.is(p.grad, null);
});

test('the defaults are those of PyTorch', () => {
  const p = [parameter([1])];
  assert.equal(new SGD(p).options, { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false });
  const adam = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, amsgrad: false };
  assert.equal(new Adam(p).options, { ...adam, weightDecay: 0 });
  assert.equal(new AdamW(p).options, { ...adam, weightDecay: 0.01 });
  const rmsprop = { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false };
  assert.equal(new RMSprop(p).options, rmsprop);
});

test('RMSprop centered stays finite where the running square minus the squared mean rounds below zero', () => {
  const p = parameter([1]);
  const optimizer = new RMSprop([p], { centered: true, alpha: 0.5, eps: 1e-3, lr: 1e-6 });
  for (let t = 0; t < 2000; t++) {
    p.grad = array([0.1 + 0.2]);
    optimizer.step();
    assert.ok(Number.isFinite(p.value.get(0)), `after ${t + 1} steps`);
  }
});

test('the packed parameters of a layer are updated in place, and its views show it', () => {
  const layer = new LSTM(2, 3, { seed: 1 });
  const before = copy(layer.W_f);
  const optimizer = new SGD(layer.parameters(), { lr: 1 });
  for (const p of layer.parameters()) p.grad = full(p.shape, 1);
  optimizer.step();
  for (let i = 0; i < 5; i++)
    for (let j = 0; j < 3; j++) assert.is(layer.W_f.get(i, j), before.get(i, j) - 1);
});

test('a long parameter is updated in its own dtype, even if its gradient has another', () => {
  for (const [name, make] of KINDS) {
    const gradient = randomNormal([2051], { seed: 3, dtype: 'float32' });
    for (const dtype of ['float64', 'float32'] as const) {
      const [same, other] = (['float64', 'float32'] as const).map((of) => {
        const p = parameter(randomNormal([2051], { seed: 4, dtype }));
        const optimizer = make([p]);
        for (let t = 0; t < 2; t++) {
          p.grad = copy(gradient, { dtype: of });
          optimizer.step();
        }
        return p.value;
      });
      assertSameBits(same, other, `${name}, ${dtype}`);
    }
  }
});

test.run();
