/** Wrong parameters, options and states, which every optimizer refuses with a message. */

import { DtypeError, GraphError, randomNormal, ShapeError, ValueError, zeros } from '@retrograd/arrays';
import { parameter, tensor } from '@retrograd/autograd';
import { Adam, AdamW, type OptimizerState, RMSprop, SGD } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { refuses, testRefusals } from '../support/refuses.js';

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
  for (const each of parameters) each.grad = randomNormal(each.shape, { seed: 1 });
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

test.run();
