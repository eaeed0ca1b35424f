import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkMemory, estimateBytes } from '../../examples/char-model/memory-estimate.js';
import { readOptions } from '../../examples/char-model/options.js';
import { UserError } from '../../examples/char-model/user-error.js';
import { inParallel, run, sentences, writeFile } from '../support/char-model-program.js';

writeFile('text.txt', sentences(100, 1));

const wrong: [args: string[], line: string][] = [
  [['--frobnicate'], "unknown option '--frobnicate'"],
  [['--hiden', '3'], "unknown option '--hiden' (Did you mean --hidden?)"],
  [['--text'], "option '--text <file>' argument missing"],
  [['text.txt'], "unexpected argument 'text.txt'; a text is given by --text FILE"],
  [['--cell', 'lstn'], "--cell must be one of rnn, lstm, gru, got 'lstn'"],
  [['--dtype', 'float16'], "--dtype must be one of float32, float64, got 'float16'"],
  [['--hidden', '0'], "--hidden must be an integer from 1 to 8192, got '0'"],
  [['--hidden', '1.5'], "--hidden must be an integer from 1 to 8192, got '1.5'"],
  [['--hidden', 'many'], "--hidden must be an integer from 1 to 8192, got 'many'"],
  [['--hidden', ''], "--hidden must be an integer from 1 to 8192, got ''"],
  [['--hidden', '0x10'], "--hidden must be an integer from 1 to 8192, got '0x10'"],
  [['--layers', '17'], "--layers must be an integer from 1 to 16, got '17'"],
  [['--embedding', '-1'], "--embedding must be an integer from 0 to 8192, got '-1'"],
  [['--seq-length', '0'], "--seq-length must be an integer from 1 to 10000, got '0'"],
  [['--batch', '1e9'], "--batch must be an integer from 1 to 4096, got '1e9'"],
  [['--steps', '0'], "--steps must be an integer from 1 to 1000000000, got '0'"],
  [['--epochs', '0'], "--epochs must be a number above 0, got '0'"],
  [['--epochs', '1', '--steps', '1'], '--steps and --epochs exclude each other'],
  [['--lr', 'NaN'], "--lr must be a number above 0, got 'NaN'"],
  [['--lr', '-0.1'], "--lr must be a number above 0, got '-0.1'"],
  [['--clip', 'Infinity'], "--clip must be a number of at least 0, got 'Infinity'"],
  [['--dropout', '1'], "--dropout must be a number from 0 to less than 1, got '1'"],
  [['--held-back', '1'], '--held-back must be 0 or at least 2, got 1'],
  [['--seed', '-1'], "--seed must be an integer from 0 to 4294967295, got '-1'"],
  [['--sample-every', '0'], "--sample-every must be an integer from 1 to 1000000000, got '0'"],
  [['--sample-length', '0'], "--sample-length must be an integer from 1 to 10000, got '0'"],
  [['--temperature', '-1'], "--temperature must be a number of at least 0, got '-1'"],
  [['--prompt', ''], '--prompt must have at least one character, got none'],
  [['--generate', '0', '--load', 'x'], "--generate must be an integer from 1 to 1000000000, got '0'"],
  [['--generate', '9'], '--generate must come with --load FILE'],
  [
    ['--generate', '9', '--load', 'x', '--save', 'y', '--seq-length', '9'],
    '--generate does not train, got --seq-length, --save with it',
  ],
  [['--resume'], '--resume must come with --load FILE or --save FILE, where the training is saved'],
  [['--force'], '--force must come with --save FILE'],
];

const prompts: typeof wrong = [
  [
    ['--text', 'text.txt', '--prompt', 'the é'],
    "--prompt must be written in the 21 characters of the text, got 'é' (U+00E9)",
  ],
  [
    ['--text', 'text.txt', '--prompt', 'a 🦉'],
    "--prompt must be written in the 21 characters of the text, got '🦉' (U+1F989)",
  ],
];

test('every wrong option is told in one line, with exit code 2', async () => {
  for (const [args, line] of wrong) {
    try {
      readOptions(args, () => {});
      assert.unreachable(args.join(' '));
    } catch (error) {
      assert.instance(error, UserError);
      assert.is((error as UserError).message, line);
      assert.is((error as UserError).exitCode, 2);
    }
  }
  // The whole program says the same; one of each kind is enough.
  const some = [wrong[0], wrong[1], wrong[2], wrong[3], wrong[6], ...prompts];
  await inParallel(some, async ([args, line]) => {
    assert.equal(await run(...args), { code: 2, out: '', err: `char-model: ${line}\n` }, args.join(' '));
  });
});

test('a setting that does not fit into the memory is refused before it is tried', () => {
  const sizes = {
    cell: 'lstm',
    inputSize: 100,
    hiddenSize: 8192,
    layers: 16,
    embeddingSize: 0,
    dtype: 'float64',
  } as const;
  const needed = estimateBytes(sizes, { batch: 1, seqLength: 1 });
  // 16 layers of 4 · (8192 + 8192) · 8192 weights (the first has fewer), four times, in 8 bytes each.
  assert.ok(needed > 248 * 2 ** 30 && needed < 256 * 2 ** 30, String(needed));
  assert.throws(
    () => checkMemory(8 * 2 ** 30 + 1, 8 * 2 ** 30),
    (error: Error) =>
      error instanceof UserError &&
      error.message.startsWith(
        'the model and its training must fit into 8.0 GiB of memory, got about 8.0 GiB; lower --hidden',
      ),
  );
  checkMemory(8 * 2 ** 30, 8 * 2 ** 30);
});

test('the help lists every option and every exit code, on the standard output', async () => {
  const { code, out, err } = await run('--help');
  assert.is(code, 0);
  assert.is(err, '');
  const flags = [
    'cell',
    'hidden',
    'layers',
    'embedding',
    'seq-length',
    'batch',
    'steps',
    'epochs',
    'lr',
    'clip',
  ];
  flags.push('dropout', 'seed', 'dtype', 'temperature', 'prompt', 'save', 'load', 'generate', 'resume');
  flags.push('text', 'held-back', 'sample-every', 'sample-length', 'force', 'threads', 'help');
  for (const flag of flags) assert.match(out, new RegExp(`^  (-h, )?--${flag} `, 'm'), flag);
  const listed = [...out.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm)].map((match) => match[1]);
  assert.equal(listed.sort(), flags.sort());
  assert.match(out, /Exit codes: 0 done, 1 the training failed, 2 wrong use, 128 \+ n ended by signal n\./);
  assert.equal(await run('-h'), { code, out, err });
});

test.run();
