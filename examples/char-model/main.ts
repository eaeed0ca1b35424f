/**
 * Trains a character-level model on a text and lets it write: `npm start`, or `npm start -- --help` for all that it can do.
 *
 * It ends within about three minutes; the loss falls from about 4.9 nats per character (any of the 132 characters, equally likely)
 * to about 1.6, and the last sample looks like a TypeScript declaration file from some way off.
 */
import { RetrogradError } from '@retrograd/kernels';
import { run } from './run.js';
import { UserError } from './user-error.js';

/** What the library refuses, and an array that no memory is left for, are no mistakes of the program: one line is enough. */
function lineOf(error: unknown): [line: string, exitCode: number] | null {
  if (error instanceof UserError) return [error.message, error.exitCode];
  if (error instanceof RetrogradError) return [error.message, 1];
  if (error instanceof RangeError && /allocation|array length/i.test(error.message)) {
    return [`out of memory (${error.message}); lower --hidden, --layers, --batch or --seq-length`, 1];
  }
  return null;
}

try {
  process.exitCode = await run(process.argv.slice(2), process.stdout);
} catch (error) {
  const told = lineOf(error);
  if (told === null) throw error;
  const [line, exitCode] = told;
  // A path or a file may hold anything; the message stays one line.
  process.stderr.write(`char-model: ${line.replace(/\p{Cc}+/gu, ' ')}\n`);
  process.exitCode = exitCode;
}
