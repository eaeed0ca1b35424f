import { RetrogradError } from '@retrograd/arrays';
import { UserError } from './user-error.js';

/**
 * An error as one line and an exit code; null for an error that shows a bug in the program. What the library
 * refuses, and an array that does not fit into memory, are not bugs.
 */
export function errorLine(error: unknown): { line: string; exitCode: number } | null {
  if (error instanceof UserError) return { line: error.message, exitCode: error.exitCode };
  if (error instanceof RetrogradError) return { line: error.message, exitCode: 1 };
  const { code, message } = error as { code?: string; message: string };
  const outOfMemory = error instanceof RangeError && /allocation|array length/i.test(message);
  if (!outOfMemory && code !== 'ERR_WORKER_OUT_OF_MEMORY') return null;
  return { line: 'out of memory; lower --hidden, --layers, --batch or --seq-length', exitCode: 1 };
}
