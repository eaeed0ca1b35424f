/** From the start of a process to its end, with one LSTM training step at S in between (a forward, where there is no training). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SIZES } from '../cases.mjs';
import { makeProblem } from '../problem.mjs';
import { formatTime } from '../report/format.mjs';
import { median } from '../statistics.mjs';
import { listContestants, torchScript } from '../systems.mjs';
import { writeTensors } from '../tensors-file.mjs';

const LIMIT = 60_000;
const script = fileURLToPath(new URL('cold.mjs', import.meta.url));

export async function measureColdStart({ systems, python, folder, rounds }) {
  const shape = { cell: 'lstm', size: 'S', op: 'train', ...SIZES.S };
  const file = join(folder, 'cold');
  writeTensors(file, makeProblem(shape));
  const programs = listPrograms(systems, python, shape, file);
  const times = new Map(programs.map(({ title }) => [title, []]));
  for (let round = 0; round < rounds; round++) {
    for (const program of programs) {
      if (program.failed) continue;
      try {
        times.get(program.title).push(await timeProcess(program));
      } catch (error) {
        program.failed = error.message;
      }
    }
  }
  const medianOf = (title) => median(times.get(title));
  const rows = programs.map(({ title, base, failed }) => {
    if (failed) return [title, failed, ''];
    const above = base ? formatTime(medianOf(title) - medianOf(base)) : '';
    return [title, formatTime(medianOf(title)), above];
  });
  return {
    title: 'Cold start to the first training step at S',
    header: ['process', 'start to end', 'above an empty process'],
    rows,
    values: Object.fromEntries(times),
  };
}

function listPrograms(systems, python, shape, file) {
  const node = (args) => ({ file: process.execPath, args });
  const empty = { title: 'node, empty', ...node(['-e', '']) };
  const programs = listContestants(systems, python)
    .filter(({ system, command }) => command !== null && (system.cells ?? ['lstm']).includes('lstm'))
    .map(({ id, system, variant, command }) => {
      const op = system.ops.includes('train') ? 'train' : 'forward';
      const request = JSON.stringify({ ...shape, op });
      const title = op === 'train' ? id : `${id} (forward)`;
      if (system.name !== 'torch') {
        return { title, base: empty.title, ...node([script, command.args[1], variant, file, request]) };
      }
      const args = [torchScript('cold.py'), variant, file, request];
      return { title, base: 'python, empty', ...command, args };
    });
  if (python === null) return [empty, ...programs];
  return [empty, { title: 'python, empty', file: python.file, args: ['-c', ''] }, ...programs];
}

async function timeProcess({ file, args, env = {} }) {
  const start = performance.now();
  const child = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT,
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const [code, signal] = await once(child, 'exit');
  const milliseconds = performance.now() - start;
  if (code !== 0) throw new Error(signal ?? /^.*Error.*$/m.exec(errors)?.[0] ?? `exit code ${code}`);
  return milliseconds;
}
