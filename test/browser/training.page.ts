/** A character model, trained for some steps in a page: ?kernels=plain or another set, ?threads=2. */
import type { Dtype } from '@retrograd/arrays';
import { describeKernels, setThreads } from '@retrograd/kernels';
import { Adam, fit, loadModel, RecurrentModel, saveModel, textBatches } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { choosePrompt, sampleText } from '../../examples/char-model/sample.js';
import { Vocabulary } from '../../examples/char-model/vocabulary.js';
import { assertEntries } from '../support/assert-arrays.js';
import { tellBits } from '../support/browser/bits.js';
import { setting } from '../support/browser/setting.js';

const TEXT = 'the cat sat on the mat and the rat sat on the cat. '.repeat(40);
const vocabulary = Vocabulary.of(TEXT);
const STEPS = 40;

setThreads(Number(setting('threads') ?? 1));

async function train(dtype: Dtype): Promise<{ model: RecurrentModel; losses: number[] }> {
  const config = { cell: 'lstm', inputSize: vocabulary.size, hiddenSize: 64, layers: 2, dtype } as const;
  const model = new RecurrentModel(config, { seed: 1 });
  const optimizer = new Adam(model.parameters(), { lr: 0.02 });
  const data = textBatches(vocabulary.encode(TEXT), { batchSize: 16, seqLength: 16 });
  const losses: number[] = [];
  for await (const { loss } of fit(model, data, { optimizer, steps: STEPS, clipNorm: 1 })) losses.push(loss);
  return { model, losses };
}

for (const dtype of ['float32', 'float64'] as const) {
  test(`a character model learns in a page, writes, and is saved and loaded, in ${dtype}`, async () => {
    const { model, losses } = await train(dtype);
    assert.ok(Math.abs(losses[0] - Math.log(vocabulary.size)) < 0.5, `starts at a loss of ${losses[0]}`);
    assert.ok(losses[STEPS - 1] < 0.6 * losses[0], `ends at a loss of ${losses[STEPS - 1]}`);
    const options = { prompt: choosePrompt(undefined, vocabulary), length: 100, temperature: 0.5, seed: 7 };
    const text = [...sampleText(model, vocabulary, options)].join('');
    assert.is(text.length, 100);
    const loaded = loadModel(saveModel(model)).model as RecurrentModel;
    assert.is([...sampleText(loaded, vocabulary, options)].join(''), text);
    const parameters = model.parameters().map(({ value }) => value);
    loaded.parameters().forEach(({ value }, i) => {
      assertEntries(Array.from(value.data), Array.from(parameters[i].data), `parameter ${i}`);
    });
    tellBits(`a character model in ${dtype} on ${describeKernels().name}`, parameters);
  });
}

test('a timer that has become due gets its turn whenever the training gives way', async () => {
  const model = new RecurrentModel({ cell: 'rnn', inputSize: vocabulary.size, hiddenSize: 4 }, { seed: 1 });
  const optimizer = new Adam(model.parameters());
  const data = textBatches(vocabulary.encode(TEXT), { batchSize: 4, seqLength: 8 });
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  for await (const { step } of fit(model, data, { optimizer, steps: STEPS, turnEvery: 0 })) {
    // Work of 10 ms, in which the timer becomes due.
    for (const end = performance.now() + 10; performance.now() < end; );
    if (step === 1) turns = 0;
  }
  clearInterval(timer);
  assert.ok(turns > 0.75 * STEPS, `${turns} turns in ${STEPS} steps`);
});

test.run();
