/** A training that was saved and loaded goes on as if it had never stopped, to the last bit. */

import { type NdArray, Random, randomNormal, ValueError } from '@retrograd/arrays';
import { mseLoss, type Tensor } from '@retrograd/autograd';
import {
  Adam,
  type BatchSource,
  type FitOptions,
  fit,
  loadModel,
  type Optimizer,
  type Progress,
  RecurrentModel,
  RMSprop,
  type SequenceLearner,
  SGD,
  saveModel,
  sequenceBatches,
  textBatches,
} from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { refuses } from '../support/refuses.js';

export const kernels = 'all';

const V = 5;
const SEED = 71;

const randomTokens = (n: number): number[] => {
  const rng = new Random(SEED);
  return Array.from({ length: n }, () => rng.integer(V));
};

const run = async (
  model: SequenceLearner,
  data: BatchSource,
  options: FitOptions,
): Promise<{ losses: number[]; last: Progress }> => {
  const losses: number[] = [];
  let last: Progress | undefined;
  for await (const progress of fit(model, data, options)) {
    losses.push(progress.loss);
    last = progress;
  }
  return { losses, last: last as Progress };
};

/** 30 steps straight, and 15 + save + load + 15 with everything made anew from the bytes. */
async function compare(
  label: string,
  make: () => RecurrentModel,
  data: () => BatchSource,
  optimizerOf: (model: RecurrentModel) => Optimizer,
  options: Partial<FitOptions> = {},
): Promise<void> {
  const straight = make();
  const whole = await run(straight, data(), {
    optimizer: optimizerOf(straight),
    steps: 30,
    seed: 9,
    ...options,
  });
  const first = make();
  const before = await run(first, data(), { optimizer: optimizerOf(first), steps: 15, seed: 9, ...options });
  const bytes = saveModel(first, { training: before.last.state() });
  const { model, training } = loadModel(bytes);
  assert.ok(training);
  const optimizer = optimizerOf(model);
  // Another seed now: the order of the batches must come from the file.
  const after = await run(model, data(), { optimizer, steps: 30, seed: 1234, ...options, resume: training });
  assert.equal([...before.losses, ...after.losses], whole.losses, label);
  const expected = straight.stateDict();
  for (const [name, value] of Object.entries(model.stateDict()))
    assertSameBits(value, expected[name], `${label} ${name}`);
  const end = after.last.state();
  const wanted = whole.last.state();
  assert.equal(end.generators, wanted.generators, label);
  assert.equal([end.step, end.epoch, end.position], [wanted.step, wanted.epoch, wanted.position], label);
  for (const [key, value] of Object.entries(wanted.optimizer.arrays)) {
    assertSameBits(end.optimizer.arrays[key], value, `${label} ${key}`);
  }
  // And the file that is written at the end is the same file.
  assert.equal(saveModel(model, { training: end }), saveModel(straight, { training: wanted }), label);
}

for (const cell of ['rnn', 'lstm', 'gru'] as const) {
  for (const dtype of ['float64', 'float32'] as const) {
    test(`${cell} in ${dtype}: text with carried state and dropout resumes bit for bit, within an epoch and at its end`, async () => {
      // 30 steps an epoch: 15 lies in the middle. 5 steps an epoch: 15 is the end of one.
      for (const [length, embeddingSize] of [
        [242, 3],
        [42, 0],
      ]) {
        // biome-ignore format: short
        const config = { cell, inputSize: V, hiddenSize: 5, layers: 2, dropout: 0.4, embeddingSize, dtype };
        await compare(
          `${length} symbols`,
          () => new RecurrentModel(config, { seed: SEED }),
          () => textBatches(randomTokens(length), { batchSize: 2, seqLength: 4 }),
          (model) => new Adam(model.parameters(), { lr: 0.02, amsgrad: true }),
          { clipNorm: 0.5 },
        );
      }
    });
  }
}

test('shuffled sequences resume in the middle of an epoch in the order that was drawn for it', async () => {
  const X = randomNormal([22, 3, 2], { seed: SEED });
  const y = randomNormal([22, 3, 1], { seed: SEED + 1 });
  for (const batchSize of [2, 5, 10]) {
    await compare(
      `batches of ${batchSize}`,
      () =>
        new RecurrentModel(
          { cell: 'gru', input: 'features', inputSize: 2, outputSize: 1, hiddenSize: 4, dropout: 0.2 },
          { seed: SEED },
        ),
      () => sequenceBatches(X, y, { batchSize }),
      (model) => new RMSprop(model.parameters(), { centered: true, momentum: 0.5 }),
      { loss: (output: Tensor, target: unknown) => mseLoss(output, target as NdArray) },
    );
  }
});

test('a learning rate that was changed on the way is kept', async () => {
  const model = new RecurrentModel({ cell: 'rnn', inputSize: V, hiddenSize: 3 }, { seed: 1 });
  const data = textBatches(randomTokens(50), { batchSize: 2, seqLength: 4 });
  const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const { last } = await run(model, data, {
    optimizer,
    steps: 3,
    onStep: () => {
      optimizer.lr *= 0.5;
    },
  });
  const loaded = loadModel(saveModel(model, { training: last.state() }));
  const fresh = new SGD(loaded.model.parameters());
  await run(loaded.model, data, { optimizer: fresh, steps: 4, resume: loaded.training ?? undefined });
  assert.is(fresh.lr, 0.0125);
  assert.is(fresh.options.momentum, 0.9);
});

test('a state taken earlier is a copy: training on does not change it', async () => {
  const model = new RecurrentModel({ cell: 'lstm', inputSize: V, hiddenSize: 3 }, { seed: 1 });
  const data = textBatches(randomTokens(80), { batchSize: 2, seqLength: 4 });
  const texts: string[] = [];
  let kept: ReturnType<Progress['state']> | undefined;
  for await (const progress of fit(model, data, { optimizer: new Adam(model.parameters()), steps: 5 })) {
    if (progress.step === 2) kept = progress.state();
    texts.push(JSON.stringify(kept, (_, value) => (value?.data ? [...value.data] : value)));
  }
  assert.is(texts[4], texts[1]);
});

test('a state that another optimizer left is refused before the generators of the model are touched', async () => {
  const config = { cell: 'gru', inputSize: V, hiddenSize: 3, dropout: 0.5 } as const;
  const model = new RecurrentModel(config, { seed: 1 });
  const data = textBatches(randomTokens(80), { batchSize: 2, seqLength: 4 });
  const { last } = await run(model, data, { optimizer: new Adam(model.parameters()), steps: 2 });
  const other = new RecurrentModel(config, { seed: 2 });
  const generators = other.generatorStates();
  await refuses([
    () => fit(other, data, { optimizer: new SGD(other.parameters()), resume: last.state() }),
    ValueError,
    'SGD.loadStateDict: state must be of SGD, got of Adam',
  ]);
  assert.equal(other.generatorStates(), generators);
});

test.run();
