/** Cold starts of two builds: a process that loads the library and does one LSTM training step at S. */
import { join } from 'node:path';
import { SIZES } from '../cases.mjs';
import { makeProblem } from '../problem.mjs';
import { median } from '../statistics.mjs';
import { nodeCommand } from '../systems.mjs';
import { writeTensors } from '../tensors-file.mjs';
import { programOf, removePrograms, timeProcess, writePrograms } from './cold-process.mjs';

/** Rounds here for one elsewhere: processes vary more than turns of many calls. */
const MORE = 3;

/**
 * @param options `builds` maps a name to what RETROGRAD_LIBRARY is, `folder` is for a file of numbers
 * @returns for each run the median milliseconds of a process of each build
 */
export async function measureColdStarts({ builds, runs, rounds, folder }) {
  const shape = { cell: 'lstm', size: 'S', op: 'train', ...SIZES.S };
  const problem = join(folder, 'cold');
  writeTensors(problem, makeProblem(shape));
  const [, contestant] = nodeCommand('retrograd').args;
  await writePrograms([contestant]);
  const args = [programOf(contestant), 'wasm-1', problem, JSON.stringify(shape)];
  const programs = Object.values(builds).map((build) => ({
    file: process.execPath,
    args,
    env: { RETROGRAD_LIBRARY: build },
  }));
  try {
    const results = [];
    for (let run = 0; run < runs; run++) results.push(await alternate(programs, MORE * rounds));
    return results;
  } finally {
    removePrograms();
  }
}

/** The programs in turn, each round beginning with another one. @returns the median of each */
async function alternate(programs, rounds) {
  const times = programs.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < programs.length; i++) {
      const next = (round + i) % programs.length;
      times[next].push(await timeProcess(programs[next]));
    }
  }
  return times.map(median);
}
