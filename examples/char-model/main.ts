/**
 * Trains a character-level model on a text and lets it write: `npm start`, or `npm start -- --help` for all that it can do.
 *
 * It ends within a minute. The loss falls from about 4.9 nats per character (any of the 132 characters, equally likely) to about 1.0 on
 * what it reads and 1.5 on the text held back, and the last sample looks like a TypeScript declaration file from some way off.
 */
import { parentPort } from 'node:worker_threads';
import { generate } from './generate.js';
import { lineOf } from './line-of.js';
import { readOptions } from './options.js';
import { supervise } from './supervise.js';
import { work } from './worker.js';

/** @returns the exit code */
async function main(args: readonly string[], stream: NodeJS.WriteStream): Promise<number> {
  const read = readOptions(args, (help) => stream.write(help));
  if (read === null) return 0;
  if (read.options.generate === undefined) return supervise(read, stream);
  await generate(read.options, stream);
  return 0;
}

if (parentPort !== null) await work(parentPort);
else {
  // A reader who goes away is no reason for a stack trace; who has more to write listens for it.
  process.stdout.on('error', () => {});
  try {
    process.exitCode = await main(process.argv.slice(2), process.stdout);
  } catch (error) {
    const told = lineOf(error);
    if (told === null) throw error;
    // A path or a file may hold anything; the message stays one line.
    process.stderr.write(`char-model: ${told.line.replace(/\p{Cc}+/gu, ' ')}\n`);
    process.exitCode = told.exitCode;
  }
}
