import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  inFolder,
  inParallel,
  type Outcome,
  run,
  sentences,
  small,
  start,
  writeFile,
} from '../support/char-model-program.js';

writeFile('text.txt', sentences(400, 4));
const train = (...args: string[]) => run('--text', 'text.txt', ...args);

/** The losses of the last line that has them. */
function losses({ out, err, code }: Outcome) {
  assert.is(err, '');
  assert.is(code, 0);
  const [, training, validation] = out.match(
    /\nstep \d+\/\d+ {2}training ([\d.]+) nats .* validation ([\d.]+) nats .* trained in/,
  ) as RegExpMatchArray;
  return { training: Number(training), validation: Number(validation) };
}

test('each kind of cell learns the sentences', () =>
  inParallel(
    [
      ['--cell', 'rnn', '--embedding', '8'],
      ['--cell', 'lstm', '--embedding', '0', '--layers', '2'],
      ['--cell', 'gru', '--dtype', 'float64', '--dropout', '0.1'],
    ],
    async (model) => {
      const setting = ['--hidden', '32', '--batch', '8', '--seq-length', '24', '--lr', '0.01'];
      const outcome = await train(...model, ...setting, '--steps', '250', '--prompt', 'the ');
      // ln 21 = 3.04 is what knowing nothing gives, 0.18 is the least that can be reached.
      const { training, validation } = losses(outcome);
      assert.ok(training < 0.8, `${model.join(' ')}: training ${training}`);
      assert.ok(validation < 0.8, `${model.join(' ')}: validation ${validation}`);
      assert.match(
        outcome.out,
        /\n {2}\| the (cat|dog|hen|owl) (sees|likes|fears|hears) the (milk|rain|wind|bread)\.\n/,
      );
    },
  ));

test('without a terminal it writes whole lines and steers no cursor', async () => {
  const { out, err, code } = await train(
    ...small,
    '--steps',
    '48',
    '--sample-every',
    '24',
    '--sample-length',
    '40',
  );
  assert.is(code, 0);
  assert.is(err, '');
  assert.not.match(out, /[^\n\P{Cc}]/u);
  const lines = out.trimEnd().split('\n');
  assert.match(
    lines[0],
    /^(plain|wasm|wasm-simd|blas) kernels( \([\w ]+\))?(, \d threads)?; gru 1 x 16, embedding 8, float32, [\d,]+ parameters; text\.txt, [\d,]+ characters \(21 different\)$/,
  );
  assert.match(
    lines[1],
    /^48 steps of 4 x 16 characters \(0\.\d\d epochs\); learning rate [\d.]+, clip 1, seed 1; \d+ characters held back$/,
  );
  const progress =
    /^step (\d+)\/48 {2}\d\.\d{3} nats {2}\d\.\d{3} bits\/char {2}[\d,]+ chars\/s {2}\d+ s left$/;
  const steps = lines.flatMap((line) => line.match(progress)?.[1] ?? []).map(Number);
  assert.equal(
    steps,
    Array.from({ length: 24 }, (_, i) => 2 * i + 2),
  );
  const losses = String.raw`training \d\.\d{3} nats {2}\d\.\d{3} bits/char {2}validation \d\.\d{3} nats {2}\d\.\d{3} bits/char`;
  assert.is(lines.filter((line) => new RegExp(`^step 24/48 {2}${losses} {2}writes:$`).test(line)).length, 1);
  assert.is(
    lines.filter((line) => new RegExp(`^step 48/48 {2}${losses} {2}trained in \\d+ s, writes:$`).test(line))
      .length,
    1,
  );
  assert.is(lines.at(-1), 'not saved; give --save FILE to keep the model');
});

test('the bits are the nats divided by ln 2', async () => {
  const { out } = await train(...small, '--steps', '2');
  const pairs = [...out.matchAll(/([\d.]+) nats {2}([\d.]+) bits/g)];
  assert.ok(pairs.length >= 4);
  for (const [, nats, bits] of pairs) assert.ok(Math.abs(Number(nats) / Math.LN2 - Number(bits)) < 2e-3);
});

test('--epochs counts how often the text is gone through', async () => {
  writeFile('exact.txt', sentences(100, 1).slice(0, 4 * 16 * 10 + 1));
  const { out } = await run('--text', 'exact.txt', ...small, '--held-back', '0', '--epochs', '2.5');
  assert.match(out, /\n25 steps of 4 x 16 characters \(2\.50 epochs\)/);
  assert.match(out, /\nstep 25\/25 /);
  assert.not.match(out, /validation/);
});

test('the same seed gives the same file and the same samples, another seed others', async () => {
  const setting = [...small, '--steps', '20', '--dropout', '0.2'];
  const first = await train(...setting, '--save', 'first.st');
  const again = await train(...setting, '--save', 'again.st');
  const other = await train(...setting, '--save', 'other.st', '--seed', '2');
  const bytes = (name: string) => readFileSync(inFolder(name));
  assert.ok(bytes('first.st').equals(bytes('again.st')));
  assert.not.ok(bytes('first.st').equals(bytes('other.st')));
  const samples = ({ out }: Outcome) => out.split('\n').filter((line) => line.startsWith('  | '));
  assert.equal(samples(first), samples(again));
  assert.not.equal(samples(first), samples(other));
});

test('a saved model writes what its seed says, and nothing but that', async () => {
  const saved = await train(...small, '--steps', '60', '--lr', '0.02', '--save', 'writer.st');
  assert.is(saved.code, 0);
  const generate = (...args: string[]) => run('--load', 'writer.st', '--generate', '150', ...args);
  const first = await generate('--seed', '7');
  assert.is(first.err, '');
  assert.is(first.code, 0);
  assert.is([...first.out].length, 151);
  assert.ok(first.out.endsWith('\n'));
  assert.equal(await generate('--seed', '7'), first);
  assert.is.not((await generate('--seed', '8')).out, first.out);
  const prompted = await generate('--prompt', 'the cat', '--temperature', '0');
  assert.is([...prompted.out].length, 7 + 150 + 1);
  assert.ok(prompted.out.startsWith('the cat'));
  // The likeliest characters leave no choice to the seed.
  assert.is((await generate('--prompt', 'the cat', '--temperature', '0', '--seed', '9')).out, prompted.out);
});

for (const [name, args, steps] of [
  ['an LSTM in float32', ['--cell', 'lstm'], 600],
  [
    'two GRU layers with dropout in float64, over several epochs',
    [
      '--cell',
      'gru',
      '--layers',
      '2',
      '--dropout',
      '0.3',
      '--dtype',
      'float64',
      '--embedding',
      '0',
      '--text',
      'short.txt',
    ],
    300,
  ],
] as const) {
  test(`interrupted and resumed, ${name} ends as if it had never stopped, bit for bit`, async () => {
    writeFile('short.txt', sentences(60, 5));
    const setting = [
      ...small,
      ...args,
      '--steps',
      String(steps),
      '--sample-every',
      '50',
      '--sample-length',
      '20',
    ];
    await train(...setting, '--save', 'whole.st', '--force');
    const running = start(['--text', 'text.txt', ...setting, '--save', 'parts.st', '--force']);
    await running.seen('step 50/');
    running.kill('SIGINT');
    const { out, code } = await running.outcome;
    assert.is(code, 130);
    const stoppedAt = Number(out.match(/stopped after step (\d+)\//)?.[1]);
    assert.ok(stoppedAt >= 50 && stoppedAt < steps, out);
    // The same command and --resume; --load could name the file as well.
    const resumed = await train(...setting, '--save', 'parts.st', '--resume');
    assert.match(resumed.out, new RegExp(`\\nfrom step ${stoppedAt} on, `));
    assert.is(resumed.code, 0);
    assert.ok(readFileSync(inFolder('parts.st')).equals(readFileSync(inFolder('whole.st'))));
    // Nothing is left to do.
    const done = await train(...setting, '--load', 'parts.st', '--resume', '--save', 'copy.st', '--force');
    assert.match(done.out, /\nstep \d+\/\d+ {3}.*the training is complete, writes:\n/);
    assert.ok(readFileSync(inFolder('copy.st')).equals(readFileSync(inFolder('whole.st'))));
  });
}

test('a saved model learns on from its weights, and the seed rules its dropout', async () => {
  await train(...small, '--steps', '40', '--lr', '0.02', '--dropout', '0.2', '--save', 'base.st');
  const more = ['--load', 'base.st', '--batch', '4', '--seq-length', '16', '--steps', '5'];
  const first = await train(...more, '--save', 'tuned.st');
  await train(...more, '--save', 'tuned-again.st');
  assert.ok(readFileSync(inFolder('tuned.st')).equals(readFileSync(inFolder('tuned-again.st'))));
  const begun = Number(first.out.match(/\nstep 1\/5 {2}([\d.]+) nats/)?.[1]);
  assert.ok(begun < 2.6, `it began at ${begun}, near the ${Math.log(21)} of a new model`);
});

test('a training that is over goes on when it is given more steps', async () => {
  await train(...small, '--steps', '10', '--save', 'long.st');
  const { out, code } = await train('--resume', '--load', 'long.st', '--steps', '15');
  assert.is(code, 0);
  assert.match(out, /\nfrom step 10 on, 15 steps /);
  assert.match(out, /\nstep 15\/15 .*\n/);
});

test('a training that blows up ends with one line and exit code 1, and leaves the file as it was', async () => {
  await train(...small, '--cell', 'rnn', '--steps', '2', '--save', 'blown.st');
  const before = readFileSync(inFolder('blown.st'));
  const files = ['--load', 'blown.st', '--save', 'blown.st'];
  const { err, code } = await train('--lr', '1e38', '--clip', '0', '--steps', '50', ...files);
  assert.match(err, /^char-model: the training failed \(after step 1, .* nats .*\): [^\n]*finite[^\n]*\n$/);
  assert.is(code, 1);
  assert.ok(readFileSync(inFolder('blown.st')).equals(before));
});

test.run();
