/**
 * A whole character model: text, vocabulary, batches, model, training, sampling, saving and loading. The text
 * is 2,000 of the numbers below 10,000 in words, one a line. A GRU learns which character comes next, and so
 * learns to spell: most of the numbers that it writes are not in the text. `npm start` (char-model/) does the
 * same with any text, and has options, threads and a progress bar. Prints:
 *
 *     2000 lines, 21 characters, 60309 parameters
 *     the best possible loss is 0.267
 *     step 60  training 0.988  validation 0.342
 *     …
 *     step 600  training 0.267  validation 0.289
 *     …
 *     at temperature 0.8 it writes
 *     …
 *     of 200 lines 196 are numbers, 155 of them not in the text
 *     loaded from a file of 242 kB, it writes the same
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Adam,
  argmax,
  array,
  evaluate,
  fit,
  generateSequence,
  loadModel,
  oneHot,
  Random,
  RecurrentModel,
  saveModel,
  textBatches,
} from 'retrograd';
import { pick } from './support.js';

// The text: numbers in words, in a random order.
const SMALL = (
  'zero one two three four five six seven eight nine ten eleven twelve ' +
  'thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
).split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** 1234 is 'one thousand two hundred thirty-four'. */
function spell(n: number): string {
  const [part, name] = n >= 1000 ? [1000, 'thousand'] : [100, 'hundred'];
  if (n >= 100) return `${spell(Math.floor(n / part))} ${name}${n % part ? ` ${spell(n % part)}` : ''}`;
  if (n < 20) return SMALL[n];
  return TENS[Math.floor(n / 10) - 2] + (n % 10 ? `-${SMALL[n % 10]}` : '');
}

const numbers = Array.from({ length: 9999 }, (_, i) => spell(i + 1));
const lines = new Random(1).shuffle(numbers).slice(0, 2000);

// The vocabulary: a character's index is its number.
const vocabulary = [...new Set(lines.join('\n'))].sort();
const encode = (text: string): number[] => [...text].map((character) => vocabulary.indexOf(character));
const decode = (indices: ArrayLike<number>): string => Array.from(indices, (i) => vocabulary[i]).join('');

// The batches: 32 pieces of the text side by side, 32 characters of each in a step. A character's target is
// the next one. A tenth of the lines is kept for validation.
const batches = (part: string[]) =>
  textBatches(encode(`${part.join('\n')}\n`), { batchSize: 32, seqLength: 32 });
const training = batches(lines.slice(200));
const validation = batches(lines.slice(0, 200));

const config = { cell: 'gru', inputSize: vocabulary.length, hiddenSize: 128, dtype: 'float32' } as const;
const model = new RecurrentModel(config, { seed: 1 });
console.log(`${lines.length} lines, ${vocabulary.length} characters, ${model.parameterCount} parameters`);
// All numbers are equally likely, so no model can expect a lower loss (nats a character) on unseen lines.
const best = Math.log(numbers.length) / ((numbers.join('\n').length + 1) / numbers.length);
console.log(`the best possible loss is ${best.toFixed(3)}`);

/** Samples text after the end of a line: each drawn character is the next input. */
function write(from: RecurrentModel, length: number, temperature: number): string {
  const seed = oneHot(array([encode('\n')]), vocabulary.length, { dtype: 'float32' });
  return decode(argmax(generateSequence(from, seed, length, temperature, { seed: 1 }), 2).data);
}

// The training. A step is forward, backward, clipping and update; the state is carried to the next step.
const steps = pick(600, 100);
const reportEvery = steps / 10;
const optimizer = new Adam(model.parameters(), { lr: 0.01 });
let sum = 0;
for await (const { step, loss } of fit(model, training, { optimizer, steps, clipNorm: 1, seed: 1 })) {
  optimizer.lr = 0.01 * (1 - step / steps);
  sum += loss;
  if (step % reportEvery !== 0) continue;
  const losses = [sum / reportEvery, (await evaluate(model, validation)) as number];
  const [onTraining, onValidation] = losses.map((nats) => nats.toFixed(3));
  const [line] = write(model, 60, 0).split('\n');
  console.log(`step ${step}  training ${onTraining}  validation ${onValidation}\n  writes: ${line}`);
  sum = 0;
}

// The sampling. A lower temperature takes likelier characters; 0, as above, takes the likeliest.
const text = write(model, 8000, 0.8);
const written = text.split('\n').slice(0, 200);
console.log(`at temperature 0.8 it writes\n  ${written.slice(0, 5).join('\n  ')}`);
const right = written.filter((line) => numbers.includes(line));
const unseen = right.filter((line) => !lines.includes(line));
console.log(
  `of ${written.length} lines ${right.length} are numbers, ${unseen.length} of them not in the text`,
);

// The file holds the weights, the config, and the vocabulary as metadata.
const file = join(tmpdir(), `retrograd-${process.pid}.safetensors`);
writeFileSync(file, saveModel(model, { metadata: { vocabulary: vocabulary.join('') } }));
const bytes = readFileSync(file);
rmSync(file);
const { model: loaded, metadata } = loadModel(bytes);
const same = metadata.vocabulary === vocabulary.join('') && write(loaded, 8000, 0.8) === text;
const size = `${Math.round(bytes.length / 1000)} kB`;
console.log(`loaded from a file of ${size}, it writes ${same ? 'the same' : 'another text'}`);
