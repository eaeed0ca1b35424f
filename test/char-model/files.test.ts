import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { loadModel, RecurrentModel, saveModel } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AtomicFile } from '../../examples/char-model/atomic-file.js';
import { readModel } from '../../examples/char-model/model-file.js';
import { type GivenOptions, readOptions } from '../../examples/char-model/options.js';
import { prepareJob } from '../../examples/char-model/prepare-job.js';
import { readText } from '../../examples/char-model/read-text.js';
import { UserError } from '../../examples/char-model/user-error.js';
import {
  folder,
  inFolder,
  inParallel,
  run,
  sentences,
  small,
  writeFile,
} from '../support/char-model-program.js';

const text = sentences(100, 2);
writeFile('text.txt', text);
mkdirSync(inFolder('folder'));
const train = (...args: string[]) => run('--text', 'text.txt', ...small, '--steps', '3', ...args);
// As in the program, so that files may be named without a path.
process.chdir(folder);

/** All that the program does before it trains, without the program. */
const prepareFor = (...args: string[]) => prepareJob(readOptions(args, () => {}) as GivenOptions);

const saved = await train('--cell', 'lstm', '--save', 'model.safetensors');
const bytes = readFileSync(inFolder('model.safetensors'));

/** The saved model with other metadata. */
function altered(name: string, metadata: Record<string, string>, keepTraining = true): string {
  const loaded = loadModel(bytes);
  const training = keepTraining ? (loaded.training ?? undefined) : undefined;
  return writeFile(
    name,
    saveModel(loaded.model, { metadata: { ...loaded.metadata, ...metadata }, training }),
  );
}

/** The bytes with a number of the format's version that no release has had. */
function ofVersion99(): Uint8Array {
  const header = bytes.toString('latin1');
  const at = header.indexOf('"retrograd.version":"1"');
  assert.ok(at > 0);
  return Buffer.from(header.replace('"retrograd.version":"1"', '"retrograd.version":"9"'), 'latin1');
}

/** The check of an error that is told as this line, with exit code 2. */
const told = (line: string) => (error: Error) => {
  assert.instance(error, UserError);
  assert.is(error.message, line);
  return (error as UserError).exitCode === 2;
};

const noFile = 'no such file or directory';

test('a training saves a file that is told of', () => {
  assert.is(saved.err, '');
  assert.is(saved.code, 0);
  assert.match(saved.out, /\nsaved to model\.safetensors; .*\n$/);
});

const wrongTexts: [name: string, content: string | Uint8Array | null, reason: string][] = [
  ['missing.txt', null, noFile],
  ['folder', null, 'a directory'],
  ['text.txt/more', null, 'below a file that is no directory'],
  ['empty.txt', '', 'empty'],
  ['mark.txt', '\ufeff', 'empty'],
  ['zeros.bin', Uint8Array.of(104, 105, 0, 104), 'not UTF-8 text: byte 2 is 0'],
  ['latin1.txt', Uint8Array.of(104, 0xe9, 104), 'not UTF-8 text'],
  ['cut.txt', Uint8Array.of(104, 0xf0, 0x9f), 'not UTF-8 text'],
];

test('a file that is not text is refused in one line, with exit code 2', async () => {
  const line = (name: string, reason: string) => `--text must name a text file, got '${name}' (${reason})`;
  for (const [name, content, reason] of wrongTexts) {
    if (content !== null) writeFile(name, content);
    assert.throws(() => readText(name), told(line(name, reason)));
  }
  await inParallel(wrongTexts.slice(0, 3), async ([name, , reason]) => {
    const err = `char-model: ${line(name, reason)}\n`;
    assert.equal(await run('--text', name), { code: 2, out: '', err });
  });
});

test('a text that is too short for one batch says how long it must be', async () => {
  const words = 'for a batch of 4 sequences of 16';
  const remedy = 'lower --batch or --seq-length';
  for (const [length, heldBack] of [
    [10, 2],
    [67, 3],
  ]) {
    writeFile('short.txt', text.slice(0, length));
    const needed = `at least ${65 + heldBack} characters ${words} with ${heldBack} held back`;
    const line = `--text must have ${needed}, got ${length} in short.txt; ${remedy}`;
    assert.throws(() => prepareFor('--text', 'short.txt', ...small), told(line));
  }
  writeFile('short.txt', text.slice(0, 68));
  assert.is((await run('--text', 'short.txt', ...small, '--steps', '1')).code, 0);
});

const wrongModels: [name: string, content: string | Uint8Array | null, reason: string][] = [
  ['missing.st', null, noFile],
  ['folder', null, 'a directory'],
  [
    'words.st',
    'the cat sees',
    `decodeSafetensors: bytes must be with a header of at most 100000000 bytes, got one of ${Buffer.from('the cat ').readBigUInt64LE()}`,
  ],
  ['empty.st', '', 'decodeSafetensors: bytes must be at least 8 bytes, got 0'],
  [
    'future.st',
    ofVersion99(),
    'loadModel: version of the file must be 1, got 9; read it with the release that wrote it',
  ],
  [
    'bare.st',
    saveModel(new RecurrentModel({ cell: 'rnn', inputSize: 3, hiddenSize: 2 })),
    'a model, but not of characters',
  ],
];
for (const [name, metadata, reason] of [
  ['later.st', { 'char-model.version': '2' }, 'of version 2, where 1 is wanted'],
  ['letters.st', { 'char-model.vocabulary': 'abc' }, 'its vocabulary does not fit its weights'],
  ['settings.st', { 'char-model.settings': '{"batch":0}' }, 'its settings are damaged'],
  ['json.st', { 'char-model.settings': '{' }, 'its settings are damaged'],
] as const) {
  altered(name, metadata);
  wrongModels.push([name, null, reason]);
}

test('a file that is not a model of this program is refused in one line, with exit code 2', async () => {
  for (const [name, content, reason] of wrongModels) {
    if (content !== null) writeFile(name, content);
    const line = `--load must name a model file, got '${name}' (${reason})`;
    assert.throws(() => readModel(name), told(line));
  }
  const err = `char-model: --load must name a model file, got 'later.st' (of version 2, where 1 is wanted)\n`;
  assert.equal(await run('--load', 'later.st', '--generate', '5'), { code: 2, out: '', err });
  assert.equal(await run('--load', 'later.st', '--text', 'text.txt'), { code: 2, out: '', err });
  // One byte missing, one too many, or one bit flipped at 60 places: a model, or a UserError, and nothing
  // else.
  for (const damaged of [
    bytes.subarray(0, -1),
    Buffer.concat([bytes, Uint8Array.of(0)]),
    ...Array.from({ length: 60 }, (_, i) => flipped(i * 17)),
  ]) {
    writeFile('damaged.st', damaged);
    try {
      readModel('damaged.st');
    } catch (error) {
      assert.instance(error, UserError);
    }
  }
});

function flipped(at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] ^= 4;
  return copy;
}

test('--resume refuses what would not go on with the same training', async () => {
  altered('untrained.st', {}, false);
  writeFile('other.txt', sentences(100, 3));
  const load = ['--load', 'model.safetensors'];
  const cases: [args: string[], line: string][] = [
    [['--save', 'none.st'], `--load must name a model file, got 'none.st' (${noFile})`],
    [
      ['--load', 'untrained.st'],
      "--resume must have a saved training, got 'untrained.st', a model without one",
    ],
    [
      [...load, '--text', 'other.txt'],
      '--resume must have the text that the training began with, got another one (other.txt)',
    ],
    [
      [...load, '--hidden', '17'],
      "--hidden must be 16, as in 'model.safetensors', got 17; leave --hidden out",
    ],
    [[...load, '--cell', 'rnn'], "--cell must be lstm, as in 'model.safetensors', got rnn; leave --cell out"],
    [[...load, '--batch', '5'], "--batch must be 4, as in 'model.safetensors', got 5; leave --batch out"],
    [[...load, '--seed', '2'], "--seed must be 1, as in 'model.safetensors', got 2; leave --seed out"],
    [
      [...load, '--held-back', '9'],
      "--held-back must be 120, as in 'model.safetensors', got 9; leave --held-back out",
    ],
    [[...load, '--steps', '2'], '--steps must be at least the 3 that are done, got 2'],
  ];
  for (const [args, line] of cases) {
    assert.throws(() => prepareFor('--text', 'text.txt', '--resume', ...args), told(line));
  }
  const [args, line] = cases[0];
  const outcome = await run('--text', 'text.txt', '--resume', ...args);
  assert.equal(outcome, { code: 2, out: '', err: `char-model: ${line}\n` });
});

test('a loaded model learns only what is written in its characters', async () => {
  writeFile('capitals.txt', `${text}The end.\n`);
  const line = `--text must be written in the 21 characters of the model, got 'T' (U+0054) as character ${text.length + 1} of capitals.txt`;
  assert.throws(() => prepareFor('--text', 'capitals.txt', '--load', 'model.safetensors'), told(line));
  const prompt = await run('--generate', '5', '--load', 'model.safetensors', '--prompt', 'The');
  assert.is(
    prompt.err,
    "char-model: --prompt must be written in the 21 characters of the text, got 'T' (U+0054)\n",
  );
  assert.is(prompt.code, 2);
});

test('--save never replaces a file unless it is told to, and says so before it trains', async () => {
  writeFile('diary.txt', 'dear diary');
  symlinkSync('nowhere', inFolder('dangling'));
  const server = createServer().listen('socket');
  await once(server, 'listening');
  for (const [path, reason] of [
    ['folder', 'a directory'],
    ['none/model.st', noFile],
    ['text.txt/model.st', 'below a file that is no directory'],
    ['dangling', noFile],
    ['socket', 'no ordinary file'],
  ]) {
    const line = `--save must name a file to write, got '${path}' (${reason})`;
    assert.throws(() => prepareFor('--text', 'text.txt', ...small, '--save', path, '--force'), told(line));
  }
  server.close();
  const remedy = 'add --resume to go on with its training, or --force to replace it';
  const line = `--save must name a new file, got 'diary.txt', which exists; ${remedy}`;
  assert.equal(await train('--save', 'diary.txt'), { code: 2, out: '', err: `char-model: ${line}\n` });
  assert.is(readFileSync('diary.txt', 'utf8'), 'dear diary');
  assert.is((await train('--cell', 'lstm', '--save', 'diary.txt', '--force')).code, 0);
  assert.ok(readFileSync('diary.txt').equals(bytes));
});

test('a model that is loaded may be saved to its own file', async () => {
  writeFile('own.st', bytes);
  assert.is((await train('--load', 'own.st', '--save', './own.st')).code, 0);
  assert.not.ok(readFileSync('own.st').equals(bytes));
});

test('a write that fails leaves the old file, and no other', () => {
  const path = inFolder('kept.st');
  writeFile('kept.st', 'old');
  chmodSync(path, 0o640);
  const target = AtomicFile.prepare(path, true);
  const before = readdirSync(folder);
  // What is in the way of the temporary file makes opening it fail.
  const temporary = `${path}.${process.pid}.tmp`;
  mkdirSync(temporary);
  assert.throws(() => target.write(Uint8Array.of(1)), /EEXIST/);
  rmdirSync(temporary);
  // What has become a folder in the meantime makes renaming fail.
  const other = AtomicFile.prepare(inFolder('turned.st'), false);
  mkdirSync(inFolder('turned.st'));
  assert.throws(() => other.write(Uint8Array.of(1)), /EISDIR/);
  rmdirSync(inFolder('turned.st'));
  assert.is(readFileSync(path, 'utf8'), 'old');
  assert.equal(readdirSync(folder), before);
  target.write(Buffer.from('new'));
  assert.is(readFileSync(path, 'utf8'), 'new');
  assert.is(statSync(path).mode & 0o777, 0o640);
  assert.equal(readdirSync(folder), before);
});

test('a file or a folder without permission is told of', () => {
  mkdirSync(inFolder('locked'));
  writeFile('secret.txt', 'secret');
  chmodSync(inFolder('locked'), 0o555);
  chmodSync(inFolder('secret.txt'), 0o000);
  chmodSync(folder, 0o755);
  // Permissions do not bind the superuser, so the test lays that down for a moment.
  const superuser = process.geteuid?.() === 0;
  if (superuser) process.seteuid?.(65534);
  try {
    const path = inFolder('secret.txt');
    assert.throws(
      () => readText(path),
      told(`--text must name a text file, got '${path}' (permission denied)`),
    );
    assert.throws(
      () => readModel(path),
      told(`--load must name a model file, got '${path}' (permission denied)`),
    );
    const model = inFolder('locked/model.st');
    assert.throws(
      () => AtomicFile.prepare(model, false),
      told(`--save must name a file to write, got '${model}' (permission denied)`),
    );
  } finally {
    if (superuser) process.seteuid?.(0);
  }
});

test('writing through a symbolic link keeps the link', () => {
  writeFile('real.st', 'old');
  symlinkSync('real.st', inFolder('link.st'));
  AtomicFile.prepare(inFolder('link.st'), true).write(Buffer.from('new'));
  assert.ok(lstatSync(inFolder('link.st')).isSymbolicLink());
  assert.is(readFileSync(inFolder('real.st'), 'utf8'), 'new');
  unlinkSync(inFolder('link.st'));
  assert.ok(existsSync(inFolder('real.st')));
});

test.run();
