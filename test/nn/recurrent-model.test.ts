/** RecurrentModel against its layers run by hand, step by step; finite differences, streaming, wrong calls. */

import {
  array,
  DtypeError,
  dtypeOf,
  matmul,
  type NdArray,
  Random,
  randomNormal,
  ShapeError,
  take,
  ValueError,
  zeros,
} from '@retrograd/arrays';
import { asTensor, crossEntropy, gradCheck, mseLoss, noGrad, Tensor, tensor } from '@retrograd/autograd';
import { oneHot, RecurrentModel, type RecurrentModelConfig } from '@retrograd/nn';
import { generateSequence } from '@retrograd/utils';
import ndarray from 'ndarray';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameBits } from '../support/assert-arrays.js';
import { testRefusals } from '../support/refuses.js';
import { viewsOf } from '../support/views.js';

export const kernels = 'all';

const CELLS = ['rnn', 'lstm', 'gru'] as const;
const SEED = 31;
const V = 5;

const tokens = (B: number, T: number, seed = SEED): NdArray => {
  const rng = new Random(seed);
  return array(Array.from({ length: B }, () => Array.from({ length: T }, () => rng.integer(V))));
};

const make = (
  config: Partial<RecurrentModelConfig> & { cell: RecurrentModelConfig['cell'] },
): RecurrentModel => new RecurrentModel({ inputSize: V, hiddenSize: 4, ...config }, { seed: SEED });

for (const cell of CELLS) {
  test(`${cell}: forward is embedding, layers and head, one after another`, () => {
    const model = make({ cell, layers: 2, embeddingSize: 3 }).eval();
    const x = tokens(2, 6);
    const [logits, state] = model.forward(x);
    const vectors = take(model.embedding?.weight.value as NdArray, x);
    const [below, state0] = model.rnn[0].run(asTensor('test', 'x', vectors));
    const [above, state1] = model.rnn[1].run(below);
    const rows = matmul(above.value, model.head.weight.value);
    assertClose(logits.value, rows, 'logits', { rtol: 1e-13, atol: 1e-14 }); // the bias is still zero
    assert.equal(logits.shape, [2, 6, V]);
    [state0, state1].forEach((layer, i) => {
      assert.is(state[i].length, cell === 'lstm' ? 2 : 1);
      layer.forEach((each, j) => assertSameBits(state[i][j].value, each.value, `state ${i} ${j}`));
    });
  });

  test(`${cell}: stepping with the state carried gives what forward gives`, () => {
    for (const embeddingSize of [0, 3]) {
      const model = make({ cell, layers: 2, embeddingSize, dropout: 0.5 });
      const x = tokens(3, 7);
      const [logits, final] = model.eval().forward(x);
      model.train(); // step drops nothing in any mode
      let state: NdArray[][] | undefined;
      for (let t = 0; t < 7; t++) {
        const indices = x.pick(null, t);
        const [byIndex, after] = model.step(indices, state);
        const [byVector] = model.step(oneHot(indices, V), state);
        assertSameBits(byVector, byIndex, `one-hot at ${t}`);
        assertClose(byIndex, logits.value.pick(null, t, null), `logits at ${t}`, {
          rtol: 1e-12,
          atol: 1e-14,
        });
        state = after;
      }
      final.forEach((layer, i) => {
        layer.forEach((each, j) => {
          assertClose((state as NdArray[][])[i][j], each.value, `state ${i} ${j}`, {
            rtol: 1e-12,
            atol: 1e-14,
          });
        });
      });
    }
  });

  test(`${cell}: a sequence cut in two with the state handed on gives the same logits`, () => {
    const model = make({ cell, layers: 2 }).eval();
    const x = tokens(2, 8);
    const [whole] = model.forward(x);
    const [first, state] = model.forward(x.hi(2, 3));
    const [second] = model.forward(x.lo(0, 3), state);
    assertClose(first.value, whole.value.hi(2, 3, V), 'first part', { rtol: 1e-12, atol: 1e-14 });
    assertClose(second.value, whole.value.lo(0, 3, 0), 'second part', { rtol: 1e-12, atol: 1e-14 });
  });

  test(`${cell}: gradients of all parameters and initial states agree with finite differences`, () => {
    const model = make({ cell, layers: 2, embeddingSize: 2, hiddenSize: 3 }).eval();
    const x = tokens(2, 4);
    const state = model
      .zeroState(2)
      .map((layer) =>
        layer.map((h, j) => tensor(randomNormal(h.shape, { seed: SEED + j }), { requiresGrad: true })),
      );
    const loss = () => crossEntropy(model.forward(x, state)[0], tokens(2, 4, SEED + 1));
    assert.ok(gradCheck(loss, [...model.parameters(), ...state.flat()]).ok);
  });

  test(`${cell}: features come in as they are, as arrays or as tensors with a gradient`, () => {
    const model = make({ cell, input: 'features', inputSize: 2, outputSize: 3 }).eval();
    const x = tensor(randomNormal([2, 5, 2], { seed: SEED }), { requiresGrad: true });
    assert.equal(model.forward(x)[0].shape, [2, 5, 3]);
    assertSameBits(model.forward(x.value)[0].value, model.forward(x)[0].value, 'array and tensor');
    const [y_t] = model.step(x.value.pick(null, 0, null));
    assertClose(y_t, model.forward(x)[0].value.pick(null, 0, null), 'step', { rtol: 1e-12, atol: 1e-14 });
    const target = randomNormal([2, 5, 3], { seed: SEED + 1 });
    assert.ok(gradCheck(() => mseLoss(model.forward(x)[0], target), [x]).ok);
  });
}

test('one-hot vectors and indices are the same to a model, with and without embedding', () => {
  for (const embeddingSize of [0, 3]) {
    const model = make({ cell: 'gru', embeddingSize });
    const x = tokens(2, 3);
    assertSameBits(
      model.forward(oneHot(x, V))[0].value,
      model.forward(x)[0].value,
      `embedding ${embeddingSize}`,
    );
    const integers = ndarray(Uint8Array.from(x.data), x.shape);
    assertSameBits(model.forward(integers)[0].value, model.forward(x)[0].value, 'Uint8Array');
    for (const { name, view } of viewsOf(x)) {
      assertSameBits(model.forward(view)[0].value, model.forward(x)[0].value, name);
    }
  }
});

test('the gradient reaches a tensor of weights of the symbols', () => {
  const model = make({ cell: 'rnn', embeddingSize: 2 });
  const x = tensor(randomNormal([1, 3, V], { seed: SEED }), { requiresGrad: true });
  assert.ok(gradCheck(() => model.forward(x)[0], [x]).ok);
});

test('generateSequence writes with a model, by steps as by reading everything again', () => {
  for (const cell of CELLS) {
    const model = make({ cell, layers: 2, embeddingSize: 3, dropout: 0.3 }).eval();
    const seed = oneHot(tokens(1, 4), V);
    const stepped = generateSequence(model, seed, 12, 1, { seed: 5 });
    const reread = generateSequence({ forward: (x: NdArray) => model.forward(x) }, seed, 12, 1, { seed: 5 });
    assert.equal(stepped.shape, [1, 12, V]);
    assertSameBits(stepped, reread, cell);
  }
});

test('a float32 model answers in float32 also to float64 arrays', () => {
  const model = make({ cell: 'lstm', dtype: 'float32', embeddingSize: 2 }).eval();
  const x = oneHot(tokens(2, 3), V);
  const [logits, state] = model.forward(x);
  assert.is(logits.dtype, 'float32');
  assert.is(dtypeOf(model.step(x.pick(null, 0, null))[0]), 'float32');
  assert.ok(state.flat().every((each) => each.dtype === 'float32'));
  assert.ok(model.parameters().every((p) => p.dtype === 'float32'));
});

test('dropout follows every layer, in training only', () => {
  const model = make({ cell: 'gru', dropout: 0.5 });
  const x = tokens(2, 6);
  const first = model.forward(x)[0].value;
  assert.is.not(model.forward(x)[0].value.data.join(), first.data.join());
  model.eval();
  assertSameBits(model.forward(x)[0].value, model.forward(x)[0].value, 'in use');
  const plain = make({ cell: 'gru' });
  assertSameBits(plain.forward(x)[0].value, model.forward(x)[0].value, 'no dropout');
});

test('empty batches and empty sequences give empty logits', () => {
  for (const cell of CELLS) {
    for (const embeddingSize of [0, 2]) {
      const model = make({ cell, embeddingSize, layers: 2 });
      assert.equal(model.forward(zeros([0, 3]))[0].shape, [0, 3, V]);
      const [logits, state] = model.forward(zeros([2, 0]));
      assert.equal(logits.shape, [2, 0, V]);
      assertSameBits(state[1][0].value, zeros([2, 4]), 'state');
    }
  }
});

test('step records nothing, and forward records nothing under noGrad', () => {
  const model = make({ cell: 'gru' });
  assert.not.ok(noGrad(() => model.forward(tokens(1, 2)))[0].requiresGrad);
  assert.not.instance(model.step(array([1]))[0], Tensor);
});

test('the same config and seed make the same model, and the config is plain JSON', () => {
  const config: RecurrentModelConfig = {
    cell: 'lstm',
    inputSize: 7,
    hiddenSize: 3,
    layers: 2,
    embeddingSize: 2,
    dropout: 0.1,
  };
  const model = new RecurrentModel(config, { seed: 4 });
  assert.equal(JSON.parse(JSON.stringify(model.config)), {
    ...config,
    outputSize: 7,
    input: 'tokens',
    dtype: 'float64',
  });
  const again = new RecurrentModel(JSON.parse(JSON.stringify(model.config)), { seed: 4 });
  for (const [name, value] of Object.entries(model.stateDict()))
    assertSameBits(again.stateDict()[name], value, name);
  assert.equal(again.generatorStates(), model.generatorStates());
  const empty = new RecurrentModel(config, { init: 'zeros' });
  assert.ok(empty.parameters().every((p) => p.value.data.every((w) => w === 0)));
});

const model = make({ cell: 'lstm', layers: 2 });
const features = make({ cell: 'rnn', input: 'features' });
const wrongConfig = (config: object) => () =>
  new RecurrentModel({ cell: 'rnn', inputSize: 3, hiddenSize: 2, ...config } as RecurrentModelConfig);

testRefusals('RecurrentModel refuses wrong configs', [
  [() => new RecurrentModel(null as never), DtypeError, 'RecurrentModel: config must be an object, got null'],
  [
    () => new RecurrentModel([] as never),
    DtypeError,
    'RecurrentModel: config must be an object, got a list of 0',
  ],
  [
    wrongConfig({ cell: 'LSTM' }),
    ValueError,
    "RecurrentModel: cell must be 'rnn', 'lstm' or 'gru', got 'LSTM'",
  ],
  [
    wrongConfig({ cell: 'constructor' }),
    ValueError,
    "RecurrentModel: cell must be 'rnn', 'lstm' or 'gru', got 'constructor'",
  ],
  [wrongConfig({ inputSize: 0 }), ValueError, 'RecurrentModel: inputSize must be a positive integer, got 0'],
  [
    wrongConfig({ hiddenSize: '8' }),
    ValueError,
    "RecurrentModel: hiddenSize must be a positive integer, got '8'",
  ],
  [
    wrongConfig({ outputSize: -1 }),
    ValueError,
    'RecurrentModel: outputSize must be a positive integer, got -1',
  ],
  [wrongConfig({ layers: 0 }), ValueError, 'RecurrentModel: layers must be a positive integer, got 0'],
  [
    wrongConfig({ embeddingSize: 1.5 }),
    ValueError,
    'RecurrentModel: embeddingSize must be a positive integer, got 1.5',
  ],
  [wrongConfig({ dropout: 1 }), ValueError, 'RecurrentModel: dropout must be a number in [0, 1), got 1'],
  [
    wrongConfig({ dtype: 'float16' }),
    DtypeError,
    "RecurrentModel: dtype must be 'float32' or 'float64', got 'float16'",
  ],
  [
    wrongConfig({ input: 'text' }),
    ValueError,
    "RecurrentModel: input must be 'tokens' or 'features', got 'text'",
  ],
  [
    wrongConfig({ input: 'features', embeddingSize: 3 }),
    ValueError,
    'RecurrentModel: embeddingSize must be 0 for features, which are not looked up, got 3',
  ],
  [
    wrongConfig({ hidden_size: 3 }),
    ValueError,
    'RecurrentModel: config must be of cell, inputSize, hiddenSize, outputSize, input, embeddingSize, layers, dropout, dtype, got one with hidden_size',
  ],
]);

testRefusals('RecurrentModel refuses wrong inputs and states', [
  [
    () => model.forward(array([[5]])),
    ValueError,
    'oneHot: indices must be integers from 0 to 4, got 5 at [0, 0]',
  ],
  [
    () => model.forward(array([1, 2])),
    ShapeError,
    'RecurrentModel.forward: x must be [batch, time] or [batch, time, 5], got [2]',
  ],
  [
    () => model.forward(zeros([2, 3, 4])),
    ShapeError,
    'RecurrentModel.forward: x must be [batch, time] or [batch, time, 5], got [2, 3, 4]',
  ],
  [
    () => model.forward(tensor(zeros([2, 3]))),
    ShapeError,
    'RecurrentModel.forward: x must be [batch, time] or [batch, time, 5], got [2, 3]',
  ],
  [
    () => features.forward(zeros([2, 3])),
    ShapeError,
    'RecurrentModel.forward: x must be [batch, time, 5], got [2, 3]',
  ],
  [
    () => model.forward([[1, 2]] as never),
    DtypeError,
    'RecurrentModel.forward: x must be an ndarray, got a list of 1',
  ],
  [
    () => model.forward(undefined as never),
    DtypeError,
    'RecurrentModel.forward: x must be an ndarray, got undefined',
  ],
  [
    () => model.step(zeros([2, 4])),
    ShapeError,
    'RecurrentModel.step: x_t must be [batch] or [batch, 5], got [2, 4]',
  ],
  [() => features.step(zeros([2])), ShapeError, 'RecurrentModel.step: x_t must be [batch, 5], got [2]'],
  [
    () => model.forward(tokens(2, 3), [model.zeroState(2)[0]]),
    ValueError,
    'RecurrentModel.forward: state must be a list of 2 (one a layer) lists of 2, got [a list of 2]; pass on the state that forward returned',
  ],
  [
    () => model.step(array([1]), zeros([2]) as never),
    ValueError,
    'RecurrentModel.step: state must be a list of 2 (one a layer) lists of 2, got an ndarray of shape [2]; pass on the state that step returned',
  ],
  [
    () =>
      model.step(
        array([1]),
        model.zeroState(1).map(([h]) => [h]),
      ),
    ValueError,
    'RecurrentModel.step: state must be a list of 2 (one a layer) lists of 2, got [a list of 1, a list of 1]; pass on the state that step returned',
  ],
  [
    () => model.forward(tokens(2, 3), model.zeroState(3)),
    ShapeError,
    'LSTM.forward: h_0 must be [2, 4], got [3, 4]',
  ],
  [() => model.zeroState(-1), ValueError, 'LSTM.zeroState: batch must be an integer >= 0, got -1'],
]);

test.run();
