/** fit: the arithmetic of a step, carried states, epochs, validation. */

import { array, copy, type NdArray, Random, wrap } from '@retrograd/arrays';
import { backward, constant, crossEntropy, mseLoss, mul, parameter, type Tensor } from '@retrograd/autograd';
import {
  Adam,
  evaluate,
  type FitOptions,
  fit,
  globalNorm,
  lastStep,
  type ModelState,
  type Progress,
  RecurrentModel,
  SGD,
  sequenceBatches,
  textBatches,
} from '@retrograd/nn';
import { clipGradients, createSequences } from '@retrograd/utils';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { collect, makeModel, randomTokens, sameWeights, snapshot, V } from '../support/fit-setting.js';

export const kernels = 'all';

for (const cell of ['rnn', 'lstm', 'gru'] as const) {
  test(`${cell}: fit does what a loop written by hand does, over epochs, bit for bit`, async () => {
    const tokens = randomTokens(41);
    const data = textBatches(tokens, { batchSize: 2, seqLength: 6 });
    assert.is(data.length, 4);
    const byHand = makeModel(cell);
    const optimizer = new Adam(byHand.parameters(), { lr: 0.05 });
    const losses: number[] = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      const at = data.epoch(new Random(0));
      let state: ModelState<Tensor> | undefined;
      for (let i = 0; i < data.length; i++) {
        byHand.zeroGrad();
        const { x, target } = at(i);
        const [logits, after] = byHand.forward(x, state);
        const loss = crossEntropy(logits, target);
        backward(loss);
        const clipped = clipGradients(
          byHand.parameters().map((p) => p.grad as NdArray),
          0.3,
        );
        byHand.parameters().forEach((p, k) => {
          p.grad = clipped[k];
        });
        optimizer.step();
        losses.push(loss.item());
        state = after.map((layer) => layer.map((h) => constant(copy(h.value))));
      }
    }
    const model = makeModel(cell);
    const steps = await collect(
      fit(model, data, { optimizer: new Adam(model.parameters(), { lr: 0.05 }), epochs: 3, clipNorm: 0.3 }),
    );
    assert.equal(
      steps.map((s) => s.loss),
      losses,
    );
    assert.ok(
      steps.some((s) => s.gradientNorm > 0.3),
      'some gradients were clipped',
    );
    sameWeights(model, snapshot(byHand), 'after 3 epochs');
    assert.equal(
      steps.map((s) => s.step),
      losses.map((_, i) => i + 1),
    );
    assert.equal(
      steps.map((s) => s.epoch),
      losses.map((_, i) => Math.floor(i / 4)),
    );
    assert.equal(
      steps.map((s) => s.position),
      losses.map((_, i) => (i % 4) + 1),
    );
    assert.equal(
      steps.slice(0, 4).map((s) => s.count),
      [12, 12, 12, 4],
    );
  });
}

test('the state is carried within an epoch of a text, and never between sequences of their own', async () => {
  const seen: (ModelState | undefined)[] = [];
  class Spy extends RecurrentModel {
    override forward(x: Parameters<RecurrentModel['forward']>[0], state?: ModelState) {
      seen.push(state);
      return super.forward(x, state);
    }
  }
  const spy = new Spy({ cell: 'lstm', inputSize: V, hiddenSize: 3, layers: 2 }, { seed: 1 });
  const options = { optimizer: new SGD(spy.parameters()), epochs: 2 };
  await collect(fit(spy, textBatches(randomTokens(13), { batchSize: 2, seqLength: 3 }), options));
  assert.equal(
    seen.map((state) => state?.map((layer) => layer.length)),
    [undefined, [2, 2], undefined, [2, 2]],
  );
  seen.length = 0;
  const X = wrap(Float64Array.from(randomTokens(12)), [4, 3]);
  await collect(fit(spy, sequenceBatches(X, X, { batchSize: 2 }), options));
  assert.equal(seen, [undefined, undefined, undefined, undefined]);
});

test('a tiny model learns a string by heart: loss below 0.02 nats a symbol', async () => {
  const text = 'the quick brown fox jumps over the lazy dog. ';
  const symbols = [...new Set(text)].sort();
  const tokens = [...text.repeat(12)].map((c) => symbols.indexOf(c));
  const model = new RecurrentModel({ cell: 'gru', inputSize: symbols.length, hiddenSize: 24 }, { seed: 2 });
  const data = textBatches(tokens, { batchSize: 4, seqLength: 15 });
  const options = { optimizer: new Adam(model.parameters(), { lr: 0.02 }), steps: 250, clipNorm: 1 };
  const steps = await collect(fit(model, data, options));
  assert.ok(steps[0].loss > 3, `first loss ${steps[0].loss}`);
  assert.ok((steps.at(-1) as Progress).loss < 0.02, `last loss ${steps.at(-1)?.loss}`);
});

test('a model of features learns to forecast a sine through createSequences', async () => {
  const wave = array(Array.from({ length: 120 }, (_, t) => [Math.sin(t / 4)]));
  const [X, y] = createSequences(wave, 10);
  const config = { cell: 'lstm', input: 'features', inputSize: 1, hiddenSize: 8 } as const;
  const model = new RecurrentModel(config, { seed: 3 });
  const loss = (output: Tensor, target: unknown) => mseLoss(lastStep(output), target as NdArray);
  const optimizer = new Adam(model.parameters(), { lr: 0.02 });
  const data = sequenceBatches(X, y, { batchSize: 16 });
  await collect(fit(model, data, { optimizer, loss, epochs: 25, clipNorm: 1, seed: 4 }));
  const error = await evaluate(model, data, { loss });
  assert.ok((error as number) < 0.002, `mean squared error ${error}`);
});

test('between steps the model is in evaluation mode, so sampling does not disturb the training', async () => {
  const tokens = randomTokens(60);
  const run = async (disturb: boolean): Promise<number[]> => {
    const model = new RecurrentModel({ cell: 'gru', inputSize: V, hiddenSize: 4, dropout: 0.5 }, { seed: 5 });
    const data = textBatches(tokens, { batchSize: 2, seqLength: 5 });
    const losses: number[] = [];
    for await (const { loss } of fit(model, data, { optimizer: new Adam(model.parameters()), steps: 6 })) {
      assert.not.ok(model.training);
      if (disturb) {
        model.forward(array([[1, 2]]));
        model.step(array([1]));
        await evaluate(model, data);
      }
      losses.push(loss);
    }
    return losses;
  };
  assert.equal(await run(true), await run(false));
});

test('the validation loss is the mean over all answers, from the zero state and without dropout', async () => {
  const model = new RecurrentModel({ cell: 'lstm', inputSize: V, hiddenSize: 4, dropout: 0.5 }, { seed: 6 });
  const held = randomTokens(22, 7);
  const [logits] = model.eval().forward(wrap(Float64Array.from(held.slice(0, -1)), [1, 21]));
  const whole = crossEntropy(logits, wrap(Float64Array.from(held.slice(1)), [1, 21])).item();
  model.train();
  const generators = model.generatorStates();
  const inChunks = await evaluate(model, textBatches(held, { batchSize: 1, seqLength: 4 }));
  assert.ok(Math.abs((inChunks as number) - whole) < 1e-12, `${inChunks} and ${whole}`);
  assert.ok(model.training);
  assert.equal(model.generatorStates(), generators);
});

test('evaluate weights masked batches by what they select', async () => {
  const model = makeModel();
  const X = wrap(Float64Array.from(randomTokens(15)), [5, 3]);
  const mask = array([[1, 1, 1], [0, 0, 0], [1, 0, 0], [0, 0, 1], [0, 1, 1]]); // biome-ignore format: rows
  const whole = crossEntropy(model.forward(X)[0], X, mask).item();
  const data = sequenceBatches(X, X, { batchSize: 2, mask });
  assert.ok(Math.abs(((await evaluate(model, data)) as number) - whole) < 1e-12);
  const nothing = sequenceBatches(X, X, { batchSize: 2, mask: wrap(new Float64Array(15), [5, 3]) });
  assert.is(await evaluate(model, nothing), 0);
});

test('callbacks and validations come where they should, and are waited for', async () => {
  const data = textBatches(randomTokens(25), { batchSize: 2, seqLength: 4 });
  assert.is(data.length, 3);
  const validation = textBatches(randomTokens(9), { batchSize: 1, seqLength: 4 });
  const run = async (extra: Partial<FitOptions>): Promise<string[]> => {
    const events: string[] = [];
    const note = (name: string) => async (progress: Progress) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      events.push(`${name} ${progress.step}${progress.validationLoss === null ? '' : ' v'}`);
    };
    const model = makeModel();
    const optimizer = new SGD(model.parameters());
    const hooks = { onStep: note('step'), onValidation: note('validation'), onEpoch: note('epoch') };
    for await (const { step } of fit(model, data, { optimizer, steps: 4, ...hooks, ...extra }))
      events.push(`${step}`);
    return events;
  };
  const plain = ['step 1', '1', 'step 2', '2', 'step 3', 'epoch 3', '3', 'step 4', '4'];
  assert.equal(await run({}), plain);
  const everyEpoch = [...plain.slice(0, 4), 'step 3 v', 'validation 3 v', 'epoch 3 v', ...plain.slice(6)];
  assert.equal(await run({ validation }), everyEpoch);
  assert.equal(await run({ validation, validateEvery: 2 }), [
    ...[
      'step 1',
      '1',
      'step 2 v',
      'validation 2 v',
      '2',
      'step 3',
      'epoch 3',
      '3',
      'step 4 v',
      'validation 4 v',
      '4',
    ],
  ]);
});

test('gradients never pile up, neither of parameters that only the model has nor of those that only the optimizer has', async () => {
  const model = makeModel();
  const temperature = parameter(1);
  const loss = (output: Tensor, target: unknown) => crossEntropy(mul(output, temperature), target as NdArray);
  const trained = [...model.head.parameters(), temperature];
  const data = textBatches(randomTokens(200), { batchSize: 1, seqLength: 5 });
  const frozen = model.rnn[0].parameters()[0];
  const before = copy(frozen.value);
  const options = { optimizer: new SGD(trained, { lr: 0 }), loss, steps: 30 };
  const norms: number[] = [];
  for await (const _ of fit(model, data, options)) {
    norms.push(globalNorm([frozen.grad as NdArray, temperature.grad as NdArray]));
  }
  assertSameBits(frozen.value, before, 'frozen weights');
  assert.ok(Math.max(...norms) < 5 * Math.min(...norms), `norms ${norms}`);
});

test.run();
