/** The optimizers apart from PyTorch's numbers: states, skipped parameters, bad gradients, float32, wrong calls. */

import {
  array,
  copy,
  DtypeError,
  dtypeOf,
  full,
  GraphError,
  type NdArray,
  Random,
  randomNormal,
  ShapeError,
  ValueError,
  wrap,
  zeros,
} from '@retrograd/arrays';
import { parameter, type Tensor, tensor } from '@retrograd/autograd';
import { LSTM } from '@retrograd/lstm';
import { Adam, AdamW, globalNorm, type Optimizer, type OptimizerState, RMSprop, SGD } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameBits } from '../support/assert-arrays.js';
import { refuses, testRefusals } from '../support/refuses.js';
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

const p = () => [parameter([1, 2]), parameter([3])];
const twice = parameter([1]);
const computed = () => [tensor([1], { requiresGrad: true })].map((t) => t.detach());

testRefusals('optimizers refuse wrong parameters and options', [
  [() => new SGD([]), ValueError, 'SGD: parameters must be a list of at least one tensor, got a list of 0'],
  [
    () => new Adam(undefined as never),
    ValueError,
    'Adam: parameters must be a list of at least one tensor, got undefined',
  ],
  [
    () => new Adam(p()[0] as never),
    ValueError,
    'Adam: parameters must be a list of at least one tensor, got a tensor',
  ],
  [
    () => new Adam(computed()),
    GraphError,
    'Adam: parameters[0] must be a leaf that requires grad, got a tensor that is constant',
  ],
  [
    () => new AdamW([zeros([2])] as never),
    GraphError,
    'AdamW: parameters[0] must be a leaf that requires grad, got an ndarray of shape [2]',
  ],
  [
    () => new SGD([twice, twice]),
    ValueError,
    'SGD: parameters must be different tensors, got one of them twice',
  ],
  [() => new SGD(p(), { lr: -0.1 }), ValueError, 'SGD: lr must be a finite number >= 0, got -0.1'],
  [() => new SGD(p(), { lr: Number.NaN }), ValueError, 'SGD: lr must be a finite number >= 0, got NaN'],
  [() => new SGD(p(), { momentum: -1 }), ValueError, 'SGD: momentum must be a finite number >= 0, got -1'],
  [
    () => new SGD(p(), { weightDecay: -1 }),
    ValueError,
    'SGD: weightDecay must be a finite number >= 0, got -1',
  ],
  [
    () => new SGD(p(), { dampening: Number.NaN }),
    ValueError,
    'SGD: dampening must be a finite number, got NaN',
  ],
  [
    () => new SGD(p(), { nesterov: true }),
    ValueError,
    'SGD: nesterov must be with momentum > 0 and dampening 0, got with momentum 0 and dampening 0',
  ],
  [
    () => new SGD(p(), { nesterov: true, momentum: 0.9, dampening: 0.1 }),
    ValueError,
    'SGD: nesterov must be with momentum > 0 and dampening 0, got with momentum 0.9 and dampening 0.1',
  ],
  [
    () => new Adam(p(), { lr: Number.POSITIVE_INFINITY }),
    ValueError,
    'Adam: lr must be a finite number >= 0, got Infinity',
  ],
  [
    () => new Adam(p(), { betas: [1, 0.9] }),
    ValueError,
    'Adam: betas must be two numbers in [0, 1), got [1, 0.9]',
  ],
  [
    () => new Adam(p(), { betas: [0.9, -0.1] }),
    ValueError,
    'Adam: betas must be two numbers in [0, 1), got [0.9, -0.1]',
  ],
  [
    () => new AdamW(p(), { betas: 0.9 as never }),
    ValueError,
    'AdamW: betas must be two numbers in [0, 1), got 0.9',
  ],
  [() => new Adam(p(), { eps: -1e-8 }), ValueError, 'Adam: eps must be a finite number >= 0, got -1e-8'],
  [
    () => new AdamW(p(), { weightDecay: -1 }),
    ValueError,
    'AdamW: weightDecay must be a finite number >= 0, got -1',
  ],
  [
    () => new RMSprop(p(), { alpha: 1.1 }),
    ValueError,
    'RMSprop: alpha must be a number from 0 to 1, got 1.1',
  ],
  [
    () => new RMSprop(p(), { momentum: Number.NaN }),
    ValueError,
    'RMSprop: momentum must be a finite number >= 0, got NaN',
  ],
  [() => new RMSprop(p(), { eps: -1 }), ValueError, 'RMSprop: eps must be a finite number >= 0, got -1'],
]);

test('a saved state that does not fit is refused, and nothing is changed', async () => {
  const parameters = p();
  const adam = new Adam(parameters, { lr: 0.1 });
  setGradients(parameters, new Random(1));
  adam.step();
  const good = adam.stateDict();
  const load = (change: object) => () => adam.loadStateDict({ ...good, ...change } as OptimizerState);
  const arrays = (change: object) => load({ arrays: { ...good.arrays, ...change } });
  const op = 'Adam.loadStateDict';
  await refuses([load({ algorithm: 'AdamW' }), ValueError, `${op}: state must be of Adam, got of AdamW`]);
  await refuses([
    () => adam.loadStateDict(null as never),
    ValueError,
    `${op}: state must be of Adam, got of undefined`,
  ]);
  await refuses([
    load({ steps: [1] }),
    ValueError,
    `${op}: steps must be a list of 2 (one a parameter), got a list of 1`,
  ]);
  await refuses([load({ steps: [1, -1] }), ValueError, `${op}: steps[1] must be an integer >= 0, got -1`]);
  await refuses([
    arrays({ '2.exp_avg': zeros([1]) }),
    ValueError,
    `${op}: arrays must be named 0.exp_avg and so on, got one named '2.exp_avg'`,
  ]);
  await refuses([
    arrays({ '0.momentum_buffer': zeros([2]) }),
    ValueError,
    `${op}: arrays must be named 0.exp_avg and so on, got one named '0.momentum_buffer'`,
  ]);
  await refuses([
    arrays({ '0.exp_avg': zeros([3]) }),
    ShapeError,
    `${op}: arrays['0.exp_avg'] must be [2], got [3]`,
  ]);
  await refuses([
    arrays({ '0.exp_avg': zeros([2], { dtype: 'float32' }) }),
    DtypeError,
    `${op}: arrays['0.exp_avg'] must be float64, got float32`,
  ]);
  await refuses([
    load({ options: { ...good.options, lr: -1 } }),
    ValueError,
    `${op}: lr must be a finite number >= 0, got -1`,
  ]);
  const after = adam.stateDict();
  assert.equal({ ...after, arrays: 0 }, { ...good, arrays: 0 });
  for (const [key, value] of Object.entries(good.arrays)) assertSameBits(after.arrays[key], value, key);
});

/** What an optimizer does to one parameter in its step t, and to the arrays that it keeps for it. */
type Formula = (p: number, gradient: number, t: number, kept: number[]) => [p: number, ...kept: number[]];

/** Three steps on arrays of many lengths, against a formula for one entry in double precision. */
function assertFormula(title: string, make: Make, slots: readonly string[], formula: Formula): void {
  for (const dtype of ['float64', 'float32'] as const) {
    for (const n of [1, 5, 1023, 1025, 4098, 16_384 + 3, 40_001]) {
      const rng = new Random(n);
      const p = parameter(randomNormal([n], { rng, dtype }));
      const expected = Float64Array.from(p.value.data);
      const kept = slots.map(() => new Float64Array(n));
      const optimizer = make([p]);
      for (let t = 1; t <= 3; t++) {
        p.grad = randomNormal([n], { rng, dtype });
        const given = copy(p.grad);
        optimizer.step();
        assertSameBits(p.grad, given, 'the gradient stays as it is');
        for (let i = 0; i < n; i++) {
          const before = kept.map((array) => array[i]);
          const [value, ...after] = formula(expected[i], given.data[i], t, before);
          expected[i] = value;
          kept.forEach((array, k) => {
            array[i] = after[k];
          });
        }
      }
      const tolerance = dtype === 'float64' ? { rtol: 1e-13, atol: 1e-14 } : { rtol: 2e-6, atol: 2e-6 };
      const label = `${title}, ${dtype}, ${n} parameters`;
      assertClose(p.value, wrap(expected, [n]), label, tolerance);
      const { arrays } = optimizer.stateDict();
      slots.forEach((slot, k) => {
        assertClose(arrays[`0.${slot}`], wrap(kept[k], [n]), `${label}: ${slot}`, tolerance);
      });
    }
  }
}

test('Adam takes PyTorch’s formula on arrays of every length, also long ones', () => {
  const [lr, beta1, beta2, eps, decay] = [0.01, 0.9, 0.99, 1e-6, 0.05];
  const options = { lr, betas: [beta1, beta2], eps, weightDecay: decay } as const;
  const formula =
    (apart: boolean): Formula =>
    (before, gradient, t, [m, v]) => {
      const p = apart ? before - lr * decay * before : before;
      const g = gradient + (apart ? 0 : decay * p);
      const mean = beta1 * m + (1 - beta1) * g;
      const square = beta2 * v + (1 - beta2) * g * g;
      const root = Math.sqrt(square) / Math.sqrt(1 - beta2 ** t);
      return [p - (lr / (1 - beta1 ** t)) * (mean / (root + eps)), mean, square];
    };
  const slots = ['exp_avg', 'exp_avg_sq'];
  assertFormula('Adam', (p) => new Adam(p, options), slots, formula(false));
  assertFormula('AdamW', (p) => new AdamW(p, options), slots, formula(true));
});

test('RMSprop takes PyTorch’s formula on arrays of every length, also long ones', () => {
  const [lr, alpha, eps, weightDecay] = [0.01, 0.9, 1e-6, 0.05];
  const make: Make = (p) => new RMSprop(p, { lr, alpha, eps, weightDecay });
  assertFormula('RMSprop', make, ['square_avg'], (p, gradient, _t, [s]) => {
    const g = gradient + weightDecay * p;
    const square = alpha * s + (1 - alpha) * g * g;
    return [p - (lr * g) / (Math.sqrt(square) + eps), square];
  });
});

for (const [title, momentum, dampening, nesterov] of [
  ['SGD', 0, 0, false],
  ['SGD with momentum', 0.9, 0.2, false],
  ['SGD with Nesterov momentum', 0.9, 0, true],
] as const) {
  test(`${title} takes PyTorch’s formula on arrays of every length, also long ones`, () => {
    const [lr, weightDecay] = [0.01, 0.05];
    const make: Make = (p) => new SGD(p, { lr, weightDecay, momentum, dampening, nesterov });
    assertFormula(title, make, momentum > 0 ? ['momentum_buffer'] : [], (p, gradient, t, [v = 0]) => {
      const g = gradient + weightDecay * p;
      const velocity = t === 1 ? g : momentum * v + (1 - dampening) * g;
      const change = nesterov ? g + momentum * velocity : velocity;
      return [p - lr * (momentum > 0 ? change : g), velocity];
    });
  });
}

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

test('a gradient of long arrays that is not finite is found wherever it is, and huge ones are not taken for it', () => {
  const n = 2051;
  for (const place of [0, 1, 2, 3, 1000, n - 1]) {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const p = parameter(zeros([n]));
      const optimizer = new Adam([p]);
      p.grad = zeros([n]);
      p.grad.data[place] = bad;
      assert.throws(() => optimizer.step(), /Adam\.step: gradient of parameters\[0\] must be finite/);
      assert.ok(p.value.data.every((each) => each === 0));
    }
  }
  const p = parameter(zeros([n]));
  p.grad = full([n], 1e200);
  new SGD([p], { lr: 1e-200 }).step();
  assert.ok(p.value.data.every((each) => Math.abs(each + 1) < 1e-15));
});

test('a step that is told the norm of the gradients has the same bits, and trusts a finite one alone', () => {
  const gradient = randomNormal([2051], { seed: 1 });
  const [told, asked] = [true, false].map((isTold) => {
    const p = parameter(zeros([2051]));
    const optimizer = new Adam([p]);
    p.grad = copy(gradient);
    optimizer.step(isTold ? globalNorm([gradient]) : undefined);
    return p.value;
  });
  assertSameBits(told, asked, 'the parameter');
  for (const norm of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const p = parameter(zeros([3]));
    p.grad = full([3], Number.POSITIVE_INFINITY);
    assert.throws(() => new Adam([p]).step(norm), /gradient of parameters\[0\] must be finite/);
  }
});

test.run();
