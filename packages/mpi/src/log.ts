import { writeSync } from 'node:fs';

/** Takes a line about the run. */
export type Log = (line: string) => void;

/** Written at once: the process may be about to end. */
export const logToStderr: Log = (line) => {
  try {
    writeSync(2, `retrograd-mpi: ${line}\n`);
  } catch {
    // The reader is gone.
  }
};
