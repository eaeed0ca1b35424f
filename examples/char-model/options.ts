import { CommanderError } from 'commander';
import { createCommand } from './command.js';
import { UserError } from './user-error.js';

/** The options of the program. Those without a default are undefined when they are not given. */
export interface Options {
  text?: string;
  cell: 'rnn' | 'lstm' | 'gru';
  hidden: number;
  layers: number;
  embedding: number;
  dropout: number;
  dtype: 'float32' | 'float64';
  seqLength: number;
  batch: number;
  steps: number;
  epochs?: number;
  lr: number;
  clip: number;
  heldBack?: number;
  seed: number;
  threads: number;
  sampleEvery?: number;
  sampleLength: number;
  temperature: number;
  prompt?: string;
  save?: string;
  load?: string;
  resume?: true;
  force?: true;
  generate?: number;
}

/** The options, and which of them stand on the command line. */
export interface GivenOptions {
  readonly options: Options;
  readonly given: ReadonlySet<keyof Options>;
}

/** The spelling of an option on the command line: `seqLength` is `--seq-length`. */
export const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * Reads the command line.
 * @param print takes the help text
 * @returns null when all that was asked for is help
 * @throws UserError when an option is unknown, out of range, or excluded by another one
 */
export function readOptions(args: readonly string[], print: (text: string) => void): GivenOptions | null {
  const command = createCommand();
  command.exitOverride().configureOutput({ writeOut: print, writeErr: () => {} });
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    throw new UserError(error.message.replace(/^error: /, '').replaceAll('\n', ' '));
  }
  if (command.args.length > 0) {
    throw new UserError(`unexpected argument '${command.args[0]}'; a text is given by --text FILE`);
  }
  const options = command.opts<Options>();
  const names = Object.keys(options) as (keyof Options)[];
  const given = new Set(names.filter((name) => command.getOptionValueSource(name) === 'cli'));
  checkTogether(options, given);
  return { options, given };
}

/** Checks the options together, before any file is opened. */
function checkTogether(options: Options, given: ReadonlySet<keyof Options>): void {
  if (given.has('steps') && given.has('epochs'))
    throw new UserError('--steps and --epochs exclude each other');
  if (options.heldBack === 1) throw new UserError('--held-back must be 0 or at least 2, got 1');
  if (options.prompt === '') throw new UserError('--prompt must have at least one character, got none');
  if (options.resume && options.load === undefined && options.save === undefined) {
    throw new UserError('--resume must come with --load FILE or --save FILE, where the training is saved');
  }
  if (options.force && options.save === undefined) throw new UserError('--force must come with --save FILE');
  if (options.generate === undefined) return;
  if (options.load === undefined) throw new UserError('--generate must come with --load FILE');
  const used = new Set<keyof Options>(['generate', 'load', 'prompt', 'temperature', 'seed', 'threads']);
  const useless = [...given].filter((name) => !used.has(name)).map(flagOf);
  if (useless.length > 0) throw new UserError(`--generate does not train, got ${useless.join(', ')} with it`);
}
