import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { processesHere } from './join-world.js';
import { decimal, integer, oneOf } from './parse-number.js';

/** The command line: every option with its range, its default and its help text. */
export function createCommand(): Command {
  return new Command('npm start --')
    .description('Trains a recurrent model on the characters of a text, and lets it write.')
    .helpOption('-h, --help', 'show this help')
    .allowExcessArguments()
    .optionsGroup('The text:')
    .option('--text <file>', 'UTF-8 text to learn (default: the TypeScript declarations of Node.js)')
    .option(
      '--held-back <n>',
      'characters at its end that are only validated on, 0 for none (default: a twentieth, at most 20000)',
      integer('--held-back', 0, 2 ** 28),
    )
    .optionsGroup('The model:')
    .option('--cell <kind>', 'rnn, lstm or gru', oneOf('--cell', ['rnn', 'lstm', 'gru']), 'gru')
    .option('--hidden <n>', 'hidden units of a layer', integer('--hidden', 1, 8192), 256)
    .option('--layers <n>', 'recurrent layers', integer('--layers', 1, 16), 1)
    .option(
      '--embedding <n>',
      'size of the vector learnt for each character, 0 for one-hot',
      integer('--embedding', 0, 8192),
      32,
    )
    .option(
      '--dropout <p>',
      'share of the outputs of a layer dropped while training',
      decimal('--dropout', 'a number from 0 to less than 1', (p) => p >= 0 && p < 1),
      0,
    )
    .option('--dtype <type>', 'float32 or float64', oneOf('--dtype', ['float32', 'float64']), 'float32')
    .optionsGroup('The training:')
    .option('--seq-length <n>', 'characters that gradients go back', integer('--seq-length', 1, 10_000), 32)
    .option('--batch <n>', 'sequences in a step', integer('--batch', 1, 4096), 48)
    .option('--steps <n>', 'steps in all', integer('--steps', 1, 1e9), 500)
    .option(
      '--epochs <x>',
      'how often to go through the text, instead of --steps',
      decimal('--epochs', 'a number above 0', (x) => x > 0),
    )
    .option(
      '--lr <x>',
      'learning rate of Adam; it falls evenly to a twentieth',
      decimal('--lr', 'a number above 0', (x) => x > 0),
      0.01,
    )
    .option(
      '--clip <x>',
      'largest norm of the gradients, 0 for no limit',
      decimal('--clip', 'a number of at least 0', (x) => x >= 0),
      1,
    )
    .option('--seed <n>', 'of all that is random', integer('--seed', 0, 2 ** 32 - 1), 1)
    .option(
      '--threads <n>',
      'threads that compute (default: one a core, 8 at most); with a native library they may change the last digits',
      integer('--threads', 1, 64),
      // With the default batch of 48 each thread then has at least six rows, the fastest way to multiply.
      Math.min(8, Math.max(1, Math.floor(availableParallelism() / processesHere()))),
    )
    .optionsGroup('What it writes:')
    .option(
      '--sample-every <n>',
      'steps between two samples (default: a sixth of the steps)',
      integer('--sample-every', 1, 1e9),
    )
    .option('--sample-length <n>', 'characters of a sample', integer('--sample-length', 1, 10_000), 300)
    .option(
      '--temperature <x>',
      'above 1 more random, below 1 less, 0 always the likeliest character',
      decimal('--temperature', 'a number of at least 0', (x) => x >= 0),
      0.6,
    )
    .option('--prompt <text>', 'what to go on from (default: a new line)')
    .option(
      '--generate <n>',
      'write this many characters with the model of --load, and do not train',
      integer('--generate', 1, 1e9),
    )
    .optionsGroup('Files:')
    .option('--save <file>', 'where to keep the model and its training, at every sample and at the end')
    .option('--load <file>', 'a saved model to start from')
    .option('--resume', 'go on with the training saved in --load, or else in --save')
    .option('--force', 'let --save replace a file that is there already')
    .addHelpText(
      'after',
      [
        '',
        'Ctrl-C finishes the step, saves if --save is given, and ends with exit code 130; twice, it ends at once.',
        'Exit codes: 0 done, 1 the training failed, 2 wrong use, 128 + n ended by signal n.',
      ].join('\n'),
    );
}
