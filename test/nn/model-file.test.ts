/** saveModel and loadModel: what is kept, other versions, files that were changed, other kinds of models. */

import {
  array,
  DtypeError,
  type NdArray,
  Random,
  RetrogradError,
  randomNormal,
  ShapeError,
  ValueError,
  zeros,
} from '@retrograd/arrays';
import { Tensor } from '@retrograd/autograd';
import { GRU } from '@retrograd/gru';
import {
  Adam,
  decodeSafetensors,
  encodeSafetensors,
  FormatError,
  fit,
  Linear,
  loadModel,
  type ModelState,
  Module,
  RecurrentModel,
  type RecurrentModelConfig,
  saveModel,
  type TrainingState,
  textBatches,
} from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { refuses, testRefusals } from '../support/refuses.js';

const SEED = 111;
const V = 4;

const CONFIGS: RecurrentModelConfig[] = [
  { cell: 'rnn', inputSize: V, hiddenSize: 3 },
  { cell: 'lstm', inputSize: V, hiddenSize: 3, layers: 3, embeddingSize: 2, dropout: 0.2 },
  { cell: 'gru', inputSize: 2, outputSize: 5, hiddenSize: 3, input: 'features', dtype: 'float32', layers: 2 },
];

test('a model comes back with its weights, its config and the strings that were given along', () => {
  for (const config of CONFIGS) {
    const model = new RecurrentModel(config, { seed: SEED });
    const metadata = { vocabulary: JSON.stringify(['a', 'ß', '\n', '😀']), __proto__x: 'y' };
    const back = loadModel(saveModel(model, { metadata }));
    assert.equal(back.model.config, model.config);
    assert.equal({ ...back.metadata }, metadata);
    assert.is(back.training, null);
    const expected = model.stateDict();
    assert.equal(Object.keys(back.model.stateDict()), Object.keys(expected));
    for (const [name, value] of Object.entries(back.model.stateDict()))
      assertSameBits(value, expected[name], name);
  }
});

test('loading draws no random numbers for the weights: they come from the file alone', () => {
  const model = new RecurrentModel(CONFIGS[1], { seed: SEED });
  const back = loadModel(saveModel(model)).model;
  const [logits] = back.eval().forward(array([[0, 1, 3]]));
  assertSameBits(logits.value, model.eval().forward(array([[0, 1, 3]]))[0].value, 'logits');
});

test('the tensors in the file have the names of the spec, and the file is plain safetensors', () => {
  const { tensors, metadata } = decodeSafetensors(saveModel(new RecurrentModel(CONFIGS[0], { seed: SEED })));
  assert.equal(Object.keys(tensors).sort(), [
    'head.bias',
    'head.weight',
    'rnn.0.W_hh',
    'rnn.0.W_xh',
    'rnn.0.b_h',
  ]);
  assert.is(metadata['retrograd.version'], '1');
  assert.is(JSON.parse(metadata['retrograd.config']).hiddenSize, 3);
});

async function trained(): Promise<{ model: RecurrentModel; training: TrainingState }> {
  const rng = new Random(SEED);
  const tokens = Array.from({ length: 60 }, () => rng.integer(V));
  const model = new RecurrentModel(CONFIGS[1], { seed: SEED });
  const optimizer = new Adam(model.parameters());
  let training: TrainingState | undefined;
  for await (const progress of fit(model, textBatches(tokens, { batchSize: 2, seqLength: 5 }), {
    optimizer,
    steps: 3,
  })) {
    training = progress.state();
  }
  return { model, training: training as TrainingState };
}

const plain = (state: unknown) =>
  JSON.parse(JSON.stringify(state, (_, value) => (value?.data ? [value.shape, [...value.data]] : value)));

test('a training state comes back as it was, and does not disturb the loading of the model', async () => {
  const { model, training } = await trained();
  const back = loadModel(saveModel(model, { training }));
  assert.equal(plain(back.training), plain(training));
  assert.is(back.training?.hidden?.length, 3);
  assert.is(Object.keys(back.training?.optimizer.arrays ?? {}).length, 2 * model.parameters().length);
});

test('a model of another kind is saved by its config and made again by create', () => {
  class Tagger extends Module {
    readonly rnn: GRU;
    readonly head: Linear;
    constructor(readonly config: { width: number }) {
      super();
      this.rnn = new GRU(2, config.width, { seed: 1 });
      this.head = new Linear(config.width, 1, { seed: 2 });
    }
    forward(x: NdArray, _state?: ModelState): Tensor {
      return this.head.forward(this.rnn.run(new Tensor(x, false, null, { version: 0 }))[0]);
    }
  }
  const model = new Tagger({ width: 3 });
  model.head.bias?.update((value) => value.data.fill(5));
  const back = loadModel(saveModel(model), (config) => new Tagger(config as { width: number })).model;
  const x = randomNormal([1, 2, 2], { seed: SEED });
  assert.instance(back, Tagger);
  assertSameBits(back.forward(x).value, model.forward(x).value, 'answers');
});

/** A saved model with other metadata or tensors. */
function tampered(
  metadata: Record<string, string | undefined>,
  tensors: Record<string, NdArray> = {},
): () => unknown {
  const whole = decodeSafetensors(saveModel(new RecurrentModel(CONFIGS[0], { seed: SEED })));
  const texts = Object.entries({ ...whole.metadata, ...metadata }).filter(([, text]) => text !== undefined);
  const bytes = encodeSafetensors(
    { ...whole.tensors, ...tensors },
    Object.fromEntries(texts) as Record<string, string>,
  );
  return () => loadModel(bytes);
}

const config = (change: object) =>
  tampered({ 'retrograd.config': JSON.stringify({ ...CONFIGS[0], ...change }) });

testRefusals('loadModel refuses other files, other versions and files that were tampered with', [
  [
    () => loadModel(new Uint8Array(3)),
    FormatError,
    'decodeSafetensors: bytes must be at least 8 bytes, got 3',
  ],
  [
    () => loadModel('model.safetensors' as never),
    DtypeError,
    "decodeSafetensors: bytes must be a Uint8Array, got 'model.safetensors'",
  ],
  [
    () => loadModel(encodeSafetensors({ x: zeros([1]) })),
    FormatError,
    'loadModel: bytes must be a model file of Retrograd, got one without retrograd.version',
  ],
  [
    tampered({ 'retrograd.version': '2' }),
    FormatError,
    'loadModel: version of the file must be 1, got 2; read it with the release that wrote it',
  ],
  [tampered({ 'retrograd.config': '{' }), FormatError, "loadModel: retrograd.config must be JSON, got '{'"],
  [
    tampered({ 'retrograd.config': undefined }),
    FormatError,
    'loadModel: retrograd.config must be JSON, got undefined',
  ],
  [
    tampered({ 'retrograd.config': '[1]' }),
    DtypeError,
    'RecurrentModel: config must be an object, got a list of 1',
  ],
  [
    config({ cell: 'transformer' }),
    ValueError,
    "RecurrentModel: cell must be 'rnn', 'lstm' or 'gru', got 'transformer'",
  ],
  [
    config({ hiddenSize: 1e6 }),
    FormatError,
    'loadModel: weights must be 1000009000004 numbers, as the config has it, got 40',
  ],
  [
    config({ layers: 2 ** 40 }),
    FormatError,
    'loadModel: weights must be 23089744183315 numbers, as the config has it, got 40',
  ],
  [
    config({ hiddenSize: 2 ** 52 }),
    FormatError,
    'loadModel: weights must be 2.028240960365171e+31 numbers, as the config has it, got 40',
  ],
  [
    config({ dtype: 'float32' }),
    DtypeError,
    'loadStateDict: rnn.0.W_xh, rnn.0.W_hh, rnn.0.b_h, head.weight, head.bias must be float32, got float64; cast the arrays first',
  ],
  [
    tampered({}, { 'head.bias': zeros([1, 4]) }),
    ShapeError,
    'loadStateDict: head.bias must be [4], got [1, 4]',
  ],
  [
    tampered({}, { extra: zeros([0]) }),
    ValueError,
    'loadStateDict: stateDict must be exactly the 5 entries of the model, got one with unknown extra',
  ],
  [
    () => saveModel(new RecurrentModel(CONFIGS[0]), { metadata: { 'retrograd.version': '9' } }),
    ValueError,
    "saveModel: metadata must be without names that begin with retrograd., got 'retrograd.version'",
  ],
]);

test('training states that were tampered with are refused with a typed error, when loading or when resuming', async () => {
  const { model, training } = await trained();
  const whole = decodeSafetensors(saveModel(model, { training }));
  const stored = JSON.parse(whole.metadata['retrograd.training']);
  const data = textBatches([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3], { batchSize: 1, seqLength: 2 });
  const attempt = (change: unknown, tensors: Record<string, NdArray | undefined> = {}) => {
    const text = typeof change === 'string' ? change : JSON.stringify({ ...stored, ...(change as object) });
    const kept = Object.entries({ ...whole.tensors, ...tensors }).filter(([, value]) => value !== undefined);
    const metadata = { ...whole.metadata, 'retrograd.training': text };
    const loaded = loadModel(
      encodeSafetensors(Object.fromEntries(kept) as Record<string, NdArray>, metadata),
    );
    const optimizer = new Adam(loaded.model.parameters());
    return fit(loaded.model, data, { optimizer, resume: loaded.training as TrainingState });
  };
  assert.ok(attempt({}), 'untouched it resumes');
  const form = (part: string) =>
    `loadModel: training state must be as saveModel writes it, got ${part} of another form`;
  for (const text of ['', '{', 'null', '[]', '1', '"x"', '{}']) {
    await refuses([() => attempt(text), FormatError, form(text === '' || text === '{' ? 'a text' : 'one')]);
  }
  await refuses([() => attempt({ generators: [] }), FormatError, form('one')]);
  await refuses([() => attempt({ optimizer: null }), FormatError, form('an optimizer')]);
  await refuses([
    () => attempt({ optimizer: { ...stored.optimizer, options: null } }),
    FormatError,
    form('an optimizer'),
  ]);
  for (const hidden of [3, [2, 2], [2, 2, 3], [1e9], [-1], ['2'], [2, 2, 2, 1], {}]) {
    const part = Array.isArray(hidden) && hidden.join() === '2,2' ? 'a list of arrays' : 'a hidden state';
    await refuses([() => attempt({ hidden }), FormatError, form(part)]);
  }
  await refuses([
    () => attempt({}, { 'training.hidden.0.0': undefined }),
    FormatError,
    form('a hidden state'),
  ]);
  await refuses([() => attempt({}, { 'training.more': zeros([1]) }), FormatError, form('a list of arrays')]);
  const changes = [
    ...[{ step: -1 }, { epoch: null }, { position: 1e9 }, { generator: null }, { generator: [0, 0, 0, 0] }],
    ...[{ generators: {} }, { generators: { 'dropout.rng': 'x' } }],
    ...[{ algorithm: 'SGD' }, { steps: [] }, { steps: null }, { options: { lr: 'x' } }].map((change) => ({
      optimizer: { ...stored.optimizer, ...change },
    })),
  ];
  for (const change of changes) {
    assert.throws(
      () => attempt(change),
      (error: unknown) => error instanceof RetrogradError,
      JSON.stringify(change),
    );
  }
  assert.throws(
    () => attempt({}, { 'training.optimizer.0.exp_avg': zeros([2]) }),
    (error: unknown) => error instanceof ShapeError,
  );
  // A hidden state of another batch size is found when it is used.
  await refuses([() => attempt({}).next(), ShapeError, 'LSTM.forward: h_0 must be [1, 3], got [2, 3]']);
});

test.run();
