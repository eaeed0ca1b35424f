/**
 * From the start of a process to its end, with one LSTM training step at S in between (a forward, where there
 * is no training).
 *
 * A contestant's program is one file, so that what it takes to load is the library and not the parts of this
 * benchmark. Before each one an empty process is timed, and the difference of the two counts: the machine's
 * speed changes from one second to the next.
 */
import { join } from 'node:path';
import { SIZES } from '../cases.mjs';
import { makeProblem } from '../problem.mjs';
import { formatTime } from '../report/format.mjs';
import { median } from '../statistics.mjs';
import { listContestants, torchScript } from '../systems.mjs';
import { writeTensors } from '../tensors-file.mjs';
import { programOf, removePrograms, timeProcess, writePrograms } from './cold-process.mjs';

/** Rounds here for one elsewhere: the difference of two processes varies more than a turn of many calls. */
const MORE = 3;

export async function measureColdStart({ systems, python, folder, rounds }) {
  const shape = { cell: 'lstm', size: 'S', op: 'train', ...SIZES.S };
  const file = join(folder, 'cold');
  writeTensors(file, makeProblem(shape));
  const programs = await listPrograms(systems, python, shape, file);
  const bases = new Set(programs.map(({ base }) => base));
  for (let round = 0; round < MORE * rounds; round++) {
    for (const program of programs) {
      if (program.failed) continue;
      try {
        const empty = await timeProcess(program.base);
        program.base.times.push(empty);
        const whole = await timeProcess(program);
        program.times.push(whole);
        program.above.push(whole - empty);
      } catch (error) {
        program.failed = error.message;
      }
    }
  }
  removePrograms();
  const rows = [...bases, ...programs].map(({ title, times, above, failed }) => {
    if (failed) return [title, failed, ''];
    return [title, formatTime(median(times)), above ? formatTime(median(above)) : ''];
  });
  return {
    title: 'Cold start to the first training step at S',
    header: ['process', 'start to end', 'above an empty process'],
    rows,
    values: Object.fromEntries(programs.map(({ title, times, above }) => [title, { times, above }])),
  };
}

async function listPrograms(systems, python, shape, file) {
  const node = (args) => ({ file: process.execPath, args });
  const emptyNode = { title: 'node, empty', times: [], ...node(['-e', '']) };
  const emptyPython = python && { title: 'python, empty', times: [], file: python.file, args: ['-c', ''] };
  const contestants = listContestants(systems, python).filter(
    ({ system, command }) => command !== null && (system.cells ?? ['lstm']).includes('lstm'),
  );
  const ofNode = contestants.filter(({ system }) => system.name !== 'torch');
  await writePrograms(new Set(ofNode.map(({ command }) => command.args[1])));
  return contestants.map(({ id, system, variant, command }) => {
    const op = system.ops.includes('train') ? 'train' : 'forward';
    const request = JSON.stringify({ ...shape, op });
    const title = op === 'train' ? id : `${id} (forward)`;
    if (system.name !== 'torch') {
      const own = node([programOf(command.args[1]), variant, file, request]);
      return { title, base: emptyNode, times: [], above: [], ...own };
    }
    const args = [torchScript('cold.py'), variant, file, request];
    return { title, base: emptyPython, times: [], above: [], ...command, args };
  });
}
