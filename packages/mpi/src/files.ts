import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { concat } from '@retrograd/arrays';
import {
  decodeSafetensors,
  encodeSafetensors,
  type ModelState,
  type StateDict,
  type TrainingState,
} from '@retrograd/nn';
import { broadcastJson, type Communicator } from './communicator.js';
import { GroupError } from './errors.js';
import { rowsOf, takeStateRows } from './rows.js';

/** A training state with the hidden states of the rows of all processes, on process 0 alone. */
export async function gatherState(
  communicator: Communicator,
  state: TrainingState,
): Promise<TrainingState | null> {
  const { hidden } = state;
  if (hidden === null) return communicator.rank === 0 ? state : null;
  const all = await communicator.gather(encodeSafetensors(flatten(hidden)));
  if (all === null) return null;
  const parts = all.map((bytes) => decodeSafetensors(bytes).tensors);
  const whole = hidden.map((layer, i) => layer.map((_, j) => concat(parts.map((part) => part[`${i}.${j}`]))));
  return { ...state, hidden: whole };
}

function flatten(hidden: ModelState): StateDict {
  const arrays: StateDict = {};
  hidden.forEach((layer, i) => {
    layer.forEach((array, j) => {
      arrays[`${i}.${j}`] = array;
    });
  });
  return arrays;
}

/**
 * The training state of this process's rows, out of that of all rows. However many processes there were when
 * it was saved.
 */
export function sliceState({ rank, size }: Communicator, state: TrainingState): TrainingState {
  const { hidden } = state;
  const rows = hidden?.[0]?.[0]?.shape[0];
  if (hidden === null || rows === undefined) return state;
  return { ...state, hidden: takeStateRows(hidden, rowsOf(rows, rank, size)) };
}

/**
 * Has process 0 write a file, and all wait for it. At every moment the file is either as before or complete.
 * @param bytes null on the other processes
 * @throws GroupError, on all of them, when it cannot be written
 */
export async function writeTogether(
  communicator: Communicator,
  path: string,
  bytes: Uint8Array | null,
): Promise<void> {
  let problem: string | null = null;
  try {
    if (bytes !== null) replaceFile(path, bytes);
  } catch (error) {
    problem = (error as Error).message;
  }
  problem = await broadcastJson(communicator, problem);
  if (problem !== null) throw new GroupError('save', 'path', 'a file that rank 0 can write', problem);
}

/** @throws the system's error; the file is as before then */
function replaceFile(path: string, bytes: Uint8Array): void {
  // Beside it, as only within a folder is renaming a single act.
  const temporary = `${path}.tmp`;
  try {
    const descriptor = openSync(temporary, 'w');
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      // Else a power cut after the renaming could leave a file of the right name without its content.
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * The content of a file of process 0's machine; null when there is none.
 * @throws the system's error when it cannot be read
 */
export function readIfThere(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
