import { array, Random } from '@retrograd/arrays';
import { oneHot, RecurrentModel } from '@retrograd/nn';
import { generateSequence } from '@retrograd/utils';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultHeldBack, splitCorpus } from '../../examples/char-model/corpus.js';
import {
  formatCount,
  formatDuration,
  formatLoss,
  printable,
  quote,
} from '../../examples/char-model/format.js';
import { readText } from '../../examples/char-model/read-text.js';
import { choosePrompt, sampleText } from '../../examples/char-model/sample.js';
import { learningRate } from '../../examples/char-model/train.js';
import { UserError } from '../../examples/char-model/user-error.js';
import { nameOf, Vocabulary } from '../../examples/char-model/vocabulary.js';

test('characters are code points: an emoji is one, and comes back whole', () => {
  const text = 'ab🦉aé\n🦉';
  const vocabulary = Vocabulary.of(text);
  assert.is(String(vocabulary), '\nabé🦉');
  assert.is(vocabulary.size, 5);
  assert.equal([...vocabulary.encode(text)], [1, 2, 4, 1, 3, 0, 4]);
  assert.is(vocabulary.decode(vocabulary.encode(text)), text);
  assert.is(String(Vocabulary.of(String(vocabulary))), String(vocabulary));
  assert.equal(vocabulary.firstUnknown('a🦉z🦊'), { symbol: 'z', place: 3 });
  assert.is(vocabulary.firstUnknown(text), null);
  assert.is(nameOf('🦊'), "'🦊' (U+1F98A)");
});

test('the order of the symbols is that of their code points, not of their UTF-16 units', () => {
  // U+FF61 stands before U+1F989, whose first unit is the smaller 0xD83E.
  assert.is(String(Vocabulary.of('🦉｡')), '｡🦉');
});

test('the default text is large, the same every time, and TypeScript', () => {
  const { name, content, hash } = readText(undefined);
  assert.match(name, /^the \d+ declaration files of @types\/node$/);
  assert.ok(content.length > 1_500_000);
  assert.match(content, /declare module "node:fs"/);
  assert.is(readText(undefined).hash, hash);
});

test('the end of the text is held back and never trained on', () => {
  const tokens = Int32Array.from({ length: 1000 }, (_, i) => i);
  const { training, validation } = splitCorpus(tokens, { batch: 3, seqLength: 10, heldBack: 100 }, 'x');
  const seen = (source: typeof training) => {
    const batchAt = source.epoch(new Random(1));
    return Array.from({ length: source.length }, (_, i) => batchAt(i)).flatMap(({ x, target }) => [
      ...(x.data as Float64Array),
      ...(target.data as Float64Array),
    ]);
  };
  const trained = seen(training);
  assert.is(Math.min(...trained), 0);
  assert.ok(Math.max(...trained) < 900 && Math.max(...trained) >= 897);
  assert.ok(validation !== null);
  const validated = seen(validation);
  assert.is(Math.min(...validated), 900);
  assert.ok(Math.max(...validated) >= 990);
  assert.is(splitCorpus(tokens, { batch: 3, seqLength: 10, heldBack: 0 }, 'x').validation, null);
});

test('every length of text is either split or refused in words', () => {
  for (let length = 0; length < 60; length++) {
    const heldBack = defaultHeldBack(length);
    for (const [batch, seqLength] of [
      [1, 1],
      [2, 5],
      [7, 3],
    ]) {
      try {
        const corpus = splitCorpus(new Int32Array(length), { batch, seqLength, heldBack }, 'x');
        assert.ok(corpus.training.length >= 1 && (corpus.validation as { length: number }).length >= 1);
        assert.ok(length - heldBack > batch * seqLength);
      } catch (error) {
        assert.instance(error, UserError);
        assert.ok(length - heldBack <= batch * seqLength);
      }
    }
  }
});

for (const [cell, layers] of [
  ['gru', 1],
  ['lstm', 2],
] as const) {
  test(`the pieces of a text that a ${cell} writes are those of one call of generateSequence`, () => {
    const vocabulary = Vocabulary.of('abcdefgh');
    const config = { cell, layers, inputSize: 8, hiddenSize: 12, embeddingSize: 4 } as const;
    const model = new RecurrentModel(config, { seed: 3 });
    const options = { prompt: 'cab', length: 150, temperature: 1.5, seed: 9 };
    const pieces = [...sampleText(model, vocabulary, options)];
    assert.ok(pieces.length > 1);
    const seed = oneHot(array([[2, 0, 1]]), 8);
    const { data } = generateSequence(model, seed, 150, 1.5, { rng: new Random(9) });
    const whole = Array.from({ length: 150 }, (_, t) => data.subarray(8 * t, 8 * t + 8).indexOf(1));
    assert.is(pieces.join(''), vocabulary.decode(whole));
  });
}

test('without a prompt the model begins after a new line, or its first symbol', () => {
  assert.is(choosePrompt(undefined, Vocabulary.of('ba\n')), '\n');
  assert.is(choosePrompt(undefined, Vocabulary.of('ba')), 'a');
  assert.is(choosePrompt('b', Vocabulary.of('ba')), 'b');
});

test('the learning rate falls evenly to a twentieth', () => {
  const settings = { lr: 0.4, steps: 10 } as Parameters<typeof learningRate>[0];
  assert.is(learningRate(settings, 0), 0.4);
  assert.ok(Math.abs(learningRate(settings, 5) - 0.21) < 1e-12);
  assert.ok(Math.abs(learningRate(settings, 10) - 0.02) < 1e-12);
});

test('numbers and texts are shown so that a person can read them', () => {
  assert.is(formatCount(2281623), '2,281,623');
  assert.is(formatLoss(Math.LN2), '0.693 nats  1.000 bits/char');
  const durations = [0.4, 59.4, 59.6, 95, 3599.6, 3600, 7380, 86400 * 4];
  assert.equal(durations.map(formatDuration), [
    '0 s',
    '59 s',
    '1 min 00 s',
    '1 min 35 s',
    '1 h 00 min',
    '1 h 00 min',
    '2 h 03 min',
    '96 h 00 min',
  ]);
  assert.is(printable('a\u001b[31m\tb\r\n\u009b\u0007é🦉'), 'a\ufffd[31m\tb\ufffd\n\ufffd\ufffdé🦉');
  assert.is(quote('a\nb'), '  | a\n  | b\n');
});

test.run();
