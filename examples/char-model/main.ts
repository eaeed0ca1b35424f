/**
 * Trains a character-level model on a text and samples from it: `npm start`; `npm start -- --help` lists the
 * options. The same without options, threads and signals is 11-character-model.ts.
 *
 * It ends within a minute. The loss falls from about 4.9 nats per character (any of the 132 characters,
 * equally likely) to about 1.0 on what it reads and 1.5 on the text held back, and the last sample looks like
 * a TypeScript declaration file from some way off.
 */
import { parentPort } from 'node:worker_threads';
import { errorLine } from './error-line.js';
import { generate } from './generate.js';
import { runMainThread } from './main-thread.js';
import { readOptions } from './options.js';
import { runTrainingThread } from './training-thread.js';

/** @returns the exit code */
async function main(args: readonly string[], stream: NodeJS.WriteStream): Promise<number> {
  const read = readOptions(args, (help) => stream.write(help));
  if (read === null) return 0;
  if (read.options.generate === undefined) return runMainThread(read, stream);
  await generate(read.options, stream);
  return 0;
}

if (parentPort !== null) await runTrainingThread(parentPort);
else {
  // A reader that closes the pipe is no reason for a stack trace; code that writes more handles it itself.
  process.stdout.on('error', () => {});
  try {
    process.exitCode = await main(process.argv.slice(2), process.stdout);
  } catch (error) {
    const known = errorLine(error);
    if (known === null) throw error;
    // A path may hold control characters; the message stays one line.
    process.stderr.write(`char-model: ${known.line.replace(/\p{Cc}+/gu, ' ')}\n`);
    process.exitCode = known.exitCode;
  }
}
