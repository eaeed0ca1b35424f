import { writeSync } from 'node:fs';

/** Takes a line for whoever watches the run. */
export type Log = (line: string) => void;

/** Written at once: the process may be about to end. */
export const logToStderr: Log = (line) => {
  try {
    writeSync(2, `retrograd-mpi: ${line}\n`);
  } catch {
    // There is nobody to tell.
  }
};
