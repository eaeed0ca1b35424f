/** fit: aborts, breaks, errors, and the turns of the event loop. */

import { ValueError } from '@retrograd/arrays';
import { mul, type Tensor } from '@retrograd/autograd';
import {
  Adam,
  type BatchSource,
  evaluate,
  type FitOptions,
  fit,
  type Progress,
  RecurrentModel,
  SGD,
  textBatches,
} from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { collect, makeModel, randomTokens, sameWeights, snapshot, V } from '../support/fit-setting.js';
import { refuses } from '../support/refuses.js';

export const kernels = 'all';

test('an abort from anywhere ends the training after the current step', async () => {
  const data = textBatches(randomTokens(60), { batchSize: 2, seqLength: 5 });
  const straight = makeModel();
  await collect(fit(straight, data, { optimizer: new SGD(straight.parameters()), steps: 3 }));
  for (const where of ['callback', 'loop', 'timer']) {
    const controller = new AbortController();
    const model = makeModel();
    const options: FitOptions = {
      optimizer: new SGD(model.parameters()),
      signal: controller.signal,
      steps: 3000,
    };
    if (where === 'callback') options.onStep = ({ step }) => void (step === 3 && controller.abort());
    let last = 0;
    for await (const { step } of fit(model, data, options)) {
      last = step;
      if (where === 'loop' && step === 3) controller.abort();
      if (where === 'timer' && step === 3) {
        await new Promise<void>((resolve) =>
          setTimeout(() => {
            controller.abort();
            resolve();
          }),
        );
      }
    }
    assert.is(last, 3, where);
    sameWeights(model, snapshot(straight), where);
  }
  const model = makeModel();
  const before = snapshot(model);
  const options = { optimizer: new SGD(model.parameters()), signal: AbortSignal.abort() };
  assert.is((await collect(fit(model, data, options))).length, 0);
  sameWeights(model, before, 'aborted before');
});

test('an abort during validation ends it without a result', async () => {
  const controller = new AbortController();
  const model = makeModel();
  const source = textBatches(randomTokens(40), { batchSize: 1, seqLength: 4 });
  const validation: BatchSource = {
    ...source,
    epoch: (rng) => (position) => {
      if (position === 2) controller.abort();
      assert.ok(position <= 2, 'no batch after the abort');
      return source.epoch(rng)(position);
    },
  };
  const options = {
    optimizer: new SGD(model.parameters()),
    validation,
    validateEvery: 1,
    signal: controller.signal,
  };
  const steps = await collect(fit(model, source, options));
  assert.equal(
    steps.map((s) => s.validationLoss),
    [null],
  );
});

test('leaving the loop by break leaves a model that trains on', async () => {
  const model = makeModel();
  const data = textBatches(randomTokens(60), { batchSize: 2, seqLength: 5 });
  const optimizer = new SGD(model.parameters());
  let saved: Progress | undefined;
  for await (const progress of fit(model, data, { optimizer })) {
    saved = progress;
    if (progress.step === 2) break;
  }
  const resume = saved?.state();
  const more = await collect(fit(model, data, { optimizer, steps: 4, resume }));
  assert.equal(
    more.map((s) => s.step),
    [3, 4],
  );
});

test('timers get their turn while training and evaluating', async () => {
  const model = new RecurrentModel({ cell: 'lstm', inputSize: V, hiddenSize: 16 }, { seed: 1 });
  const data = textBatches(randomTokens(4000), { batchSize: 4, seqLength: 20 });
  let last = performance.now();
  let gaps: number[] = [];
  const timer = setInterval(() => {
    gaps.push(performance.now() - last);
    last = performance.now();
  }, 1);
  const measure = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const start = performance.now();
    [gaps, last] = [[], start];
    // As often as it takes to see something, whatever the kernels' speed.
    while (performance.now() - start < 400) await work();
    const elapsed = performance.now() - start;
    // At least one turn a 50 ms, with room for a busy machine.
    assert.ok(gaps.length >= elapsed / 100, `${name}: ${gaps.length} turns in ${elapsed} ms`);
    const median = gaps.sort((a, b) => a - b)[gaps.length >> 1];
    assert.ok(median < 50, `${name}: a turn every ${median} ms`);
  };
  try {
    await measure('training', () => {
      const optimizer = new SGD(model.parameters());
      return collect(fit(model, data, { optimizer, steps: 150 }));
    });
    const long = textBatches(randomTokens(100_000), { batchSize: 4, seqLength: 20 });
    await measure('evaluating', () => evaluate(model, long));
  } finally {
    clearInterval(timer);
  }
});

test('a loss or gradient that is not finite stops the training with an error, the weights as before', async () => {
  const model = makeModel();
  const data = textBatches(randomTokens(60), { batchSize: 2, seqLength: 5 });
  const before = snapshot(model);
  const run = (loss: FitOptions['loss'], clipNorm?: number) => () =>
    collect(fit(model, data, { optimizer: new Adam(model.parameters()), loss, clipNorm, steps: 2 }));
  const { sqrt, sub, sum } = await import('@retrograd/autograd');
  const remedy = 'lower the learning rate or clip the gradients';
  await refuses([
    run((output) => mul(sum(output), Number.NaN)),
    ValueError,
    `fit: loss must be finite, got NaN; ${remedy}`,
  ]);
  // sqrt(0) is finite and its slope is not.
  const kink = (output: Tensor) => sum(sqrt(sub(output, output.detach())));
  const refusal = 'must be finite, got';
  await refuses([run(kink), ValueError, `Adam.step: gradient of parameters[0] ${refusal} NaN; ${remedy}`]);
  await refuses([run(kink, 1), ValueError, `Adam.step: gradient of parameters[0] ${refusal} NaN; ${remedy}`]);
  sameWeights(model, before, 'after the errors');
  assert.not.ok(model.training);
});

test('what a model or a loss throws ends the iteration with the model in evaluation mode', async () => {
  const model = makeModel();
  const data = textBatches([1, 2, 3, 2, 99], { batchSize: 1, seqLength: 2 });
  await refuses([
    () => collect(fit(model, data, { optimizer: new SGD(model.parameters()) })),
    ValueError,
    'crossEntropy: targets must be integers from 0 to 3, got 99 at [0, 1]',
  ]);
  assert.not.ok(model.training);
});

test.run();
