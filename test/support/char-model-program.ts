import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Random } from '@retrograd/arrays';
import { build } from 'esbuild';

/** A folder for the files of one test run. */
export const folder = mkdtempSync(join(tmpdir(), 'char-model-'));
// Inside the repository, so that the program finds the packages that it imports.
const built = resolve('build', `char-model-${process.pid}`);
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(built, { recursive: true, force: true });
});

const program = join(built, 'main.js');
await build({
  entryPoints: ['examples/char-model/main.ts'],
  outfile: program,
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  tsconfig: 'tsconfig.json',
  logLevel: 'error',
});

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A run of the program that has begun. */
export interface Running {
  kill(signal: NodeJS.Signals): void;
  /** Waits until the output contains a text. */
  seen(text: string): Promise<void>;
  readonly outcome: Promise<Outcome>;
}

/**
 * Starts the program. `cwd` is the folder, so that files may be named without a path. @param env variables
 * besides ours
 */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const waiting: { text: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    out += chunk;
    for (const { text, resolve } of waiting) if (out.includes(text)) resolve();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    err += chunk;
  });
  const outcome = new Promise<Outcome>((resolve) => {
    child.on('close', (code) => {
      for (const { text, reject } of waiting) reject(new Error(`no ${text} in:\n${out}${err}`));
      resolve({ code, out, err });
    });
  });
  return {
    kill: (signal) => child.kill(signal),
    seen: (text) =>
      new Promise((resolve, reject) => {
        waiting.push({ text, resolve, reject });
        if (out.includes(text)) resolve();
      }),
    outcome,
  };
}

/** Runs the program to its end. */
export const run = (...args: string[]): Promise<Outcome> => start(args).outcome;

/** Several at a time, as most of a short run is starting Node. */
export async function inParallel<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const queue = items.slice();
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await task(item);
  };
  await Promise.all(Array.from({ length: 3 }, worker));
}

export const inFolder = (name: string): string => join(folder, name);

export function writeFile(name: string, content: string | Uint8Array): string {
  writeFileSync(inFolder(name), content);
  return name;
}

const WORDS = [
  ['cat', 'dog', 'hen', 'owl'],
  ['sees', 'likes', 'fears', 'hears'],
  ['milk', 'rain', 'wind', 'bread'],
];

/**
 * Sentences such as `the cat sees the milk.`, their three words drawn evenly from four each: 3 ln 4 = 4.16
 * nats a sentence, so that about 0.18 nats per character are the least that a model can reach.
 */
export function sentences(count: number, seed: number): string {
  const rng = new Random(seed);
  const word = (i: number) => WORDS[i][rng.integer(4)];
  return Array.from({ length: count }, () => `the ${word(0)} ${word(1)} the ${word(2)}.\n`).join('');
}

/** Options of a model that trains in a moment. */
export const small = ['--hidden', '16', '--embedding', '8', '--batch', '4', '--seq-length', '16'];
