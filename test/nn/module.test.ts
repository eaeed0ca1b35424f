/** Module: what is found in the fields, state dicts and their errors, modes, generators. */

import {
  array,
  copy,
  DtypeError,
  full,
  type NdArray,
  Random,
  ShapeError,
  ValueError,
  zeros,
} from '@retrograd/arrays';
import { parameter, Tensor, tensor } from '@retrograd/autograd';
import { GRU } from '@retrograd/gru';
import { LSTM } from '@retrograd/lstm';
import { Dropout, Linear, Module, type StateDict } from '@retrograd/nn';
import { VanillaRNN } from '@retrograd/rnn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { refuses } from '../support/refuses.js';
import { viewsOf } from '../support/views.js';

class Inner extends Module {
  readonly scale = parameter([1, 2]);
  readonly constantOne = tensor(1);
  readonly drop = new Dropout(0.5, { seed: 3 });
}

class Outer extends Module {
  readonly rnn = [new VanillaRNN(2, 3, { seed: 1 }), new LSTM(3, 3, { seed: 2 })];
  readonly gru = new GRU(3, 3, { seed: 3 });
  readonly inner = new Inner();
  readonly blocks = [new Inner(), new Inner()];
  readonly head = new Linear(3, 2, { seed: 4 });
  readonly label = 'no parameter';
  readonly nothing = null;
  readonly list = [1, 'two', null];
}

const NAMES = [
  ...['rnn.0.W_xh', 'rnn.0.W_hh', 'rnn.0.b_h'],
  ...['rnn.1.W_f', 'rnn.1.b_f', 'rnn.1.W_i', 'rnn.1.b_i', 'rnn.1.W_c', 'rnn.1.b_c', 'rnn.1.W_o', 'rnn.1.b_o'],
  ...['gru.W_z', 'gru.b_z', 'gru.W_r', 'gru.b_r', 'gru.W_h', 'gru.b_h'],
  ...['inner.scale', 'blocks.0.scale', 'blocks.1.scale', 'head.weight', 'head.bias'],
];

const copies = (stateDict: StateDict): StateDict =>
  Object.fromEntries(Object.entries(stateDict).map(([name, value]) => [name, copy(value)]));

test('a state dict has the layers under the names of the spec and the modules under those of their fields', () => {
  assert.equal(Object.keys(new Outer().stateDict()).sort(), NAMES.toSorted());
});

test('the parameters to train are the leaves: packed in the layers, without constants', () => {
  const model = new Outer();
  assert.equal(
    model.namedParameters().map(([name]) => name),
    [
      ...['rnn.0.W', 'rnn.0.b', 'rnn.1.W', 'rnn.1.b', 'gru.W', 'gru.b'],
      ...['inner.scale', 'blocks.0.scale', 'blocks.1.scale', 'head.weight', 'head.bias'],
    ],
  );
  assert.ok(model.parameters().every((p) => p instanceof Tensor && p.requiresGrad));
  // RNN (2+3)·3+3, LSTM 4(6·3+3), GRU 3(6·3+3), three scales of 2, head 3·2+2
  assert.is(model.parameterCount, 18 + 84 + 63 + 6 + 8);
});

test('a parameter that two fields share is trained once and saved under both names', () => {
  class Tied extends Module {
    readonly first = parameter([1, 2, 3]);
    readonly second = this.first;
    readonly inner = [new Linear(2, 2, { seed: 0 })];
    readonly again = this.inner[0];
  }
  const model = new Tied();
  assert.equal(
    model.namedParameters().map(([name]) => name),
    ['first', 'inner.0.weight', 'inner.0.bias'],
  );
  assert.is(model.parameterCount, 9);
  assert.equal(Object.keys(model.stateDict()), [
    ...['first', 'second', 'inner.0.weight', 'inner.0.bias', 'again.weight', 'again.bias'],
  ]);
});

test('a state dict is a view of the live numbers, and loading one copies them', () => {
  const model = new Outer();
  const saved = copies(model.stateDict());
  for (const p of model.parameters()) p.update((value) => value.data.fill(7));
  assert.ok(Object.values(model.stateDict()).every((value) => value.get(...value.shape.map(() => 0)) === 7));
  model.loadStateDict(saved);
  for (const name of NAMES) assertSameBits(model.stateDict()[name], saved[name], name);
  saved['head.weight'].data.fill(0);
  assert.is.not(model.head.weight.value.get(0, 0), 0);
});

test('a state dict made of views of any kind loads the same numbers', () => {
  const model = new Outer();
  const weight = array([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  for (const { name, view } of viewsOf(weight)) {
    model.head.weight.update((value) => value.data.fill(0));
    model.loadStateDict({ ...copies(model.stateDict()), 'head.weight': view });
    assertSameBits(model.head.weight.value, weight, name);
  }
});

test('a graph that was recorded before loading refuses to go backward', async () => {
  const { backward, sum } = await import('@retrograd/autograd');
  const model = new Linear(2, 2, { seed: 1 });
  const loss = sum(model.forward(tensor([[1, 2]], { requiresGrad: true })));
  model.loadStateDict(copies(model.stateDict()));
  assert.throws(() => backward(loss), /updated in place/);
});

test('a state dict that does not fit is refused with the names, and nothing is changed', async () => {
  const model = new Outer();
  const good = copies(model.stateDict());
  const wrong = (change: (stateDict: StateDict) => void) => () => {
    const stateDict = copies(Object.fromEntries(Object.entries(good).map(([k, v]) => [k, full(v.shape, 9)])));
    change(stateDict);
    model.loadStateDict(stateDict);
  };
  await refuses([
    wrong((s) => {
      delete s['head.bias'];
      delete s['rnn.1.W_f'];
    }),
    ValueError,
    'loadStateDict: stateDict must be exactly the 22 entries of the model, got one without rnn.1.W_f, head.bias',
  ]);
  await refuses([
    wrong((s) => {
      s['rnn.2.W_f'] = zeros([1]);
      delete s['gru.b_h'];
    }),
    ValueError,
    'loadStateDict: stateDict must be exactly the 22 entries of the model, got one without gru.b_h, one with unknown rnn.2.W_f',
  ]);
  await refuses([
    wrong((s) => {
      s['rnn.0.W_hh'] = zeros([3, 4]);
      s['head.bias'] = zeros([]);
    }),
    ShapeError,
    'loadStateDict: rnn.0.W_hh, head.bias must be [3, 3], [2], got [3, 4], []',
  ]);
  await refuses([
    wrong((s) => {
      s['inner.scale'] = zeros([2], { dtype: 'float32' });
      s['head.bias'] = zeros([2], { dtype: 'float32' });
    }),
    DtypeError,
    'loadStateDict: inner.scale, head.bias must be float64, got float32; cast the arrays first',
  ]);
  await refuses([
    wrong((s) => {
      s['head.bias'] = [0, 0] as unknown as NdArray;
    }),
    DtypeError,
    'loadStateDict: head.bias must be an ndarray, got a list of 2',
  ]);
  await refuses([
    () => model.loadStateDict(null as unknown as StateDict),
    DtypeError,
    'loadStateDict: stateDict must be an object of arrays by name, got null',
  ]);
  await refuses([
    () => model.loadStateDict({}),
    ValueError,
    `loadStateDict: stateDict must be exactly the 22 entries of the model, got one without ${Object.keys(good).slice(0, 20).join(', ')} and 2 more`,
  ]);
  for (const name of NAMES) assertSameBits(model.stateDict()[name], good[name], name);
});

test('train and eval reach every module below', () => {
  const model = new Outer();
  assert.is(model.eval(), model);
  assert.not.ok(model.blocks[1].drop.training);
  assert.not.ok(model.head.training);
  model.train();
  assert.ok(model.blocks[1].drop.training && model.inner.drop.training && model.training);
});

test('zeroGrad forgets all gradients', () => {
  const model = new Outer();
  for (const p of model.parameters()) p.grad = zeros(p.shape);
  model.zeroGrad();
  assert.ok(model.parameters().every((p) => p.grad === null));
});

test('generators are found in the fields, and put back they draw the same', () => {
  const model = new Outer();
  const x = full([4, 8], 1);
  assert.equal(Object.keys(model.generatorStates()), [
    'inner.drop.rng',
    'blocks.0.drop.rng',
    'blocks.1.drop.rng',
  ]);
  const states = model.generatorStates();
  const first = model.blocks[1].drop.forward(x).value;
  assert.is.not(model.blocks[1].drop.forward(x).value.data.join(), first.data.join());
  model.loadGeneratorStates(states);
  assertSameBits(model.blocks[1].drop.forward(x).value, first, 'after restoring');
});

test('wrong generator states change nothing', async () => {
  const model = new Outer();
  const states = model.generatorStates();
  const { 'blocks.1.drop.rng': _, ...rest } = states;
  const refusal = 'Random.fromState: state must be what getState returned, got undefined';
  await refuses([() => model.loadGeneratorStates(rest), ValueError, refusal]);
  const other = { ...states, 'inner.drop.rng': new Random(9).getState(), 'blocks.0.drop.rng': [1, 2] };
  await refuses([
    () => model.loadGeneratorStates(other),
    ValueError,
    'Random.fromState: state must be what getState returned, got [1, 2]',
  ]);
  await refuses([() => model.loadGeneratorStates(null as never), ValueError, refusal]);
  assert.equal(model.generatorStates(), states);
});

test.run();
