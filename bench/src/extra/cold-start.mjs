/**
 * From the start of a process to its end, with one LSTM training step at S in between (a forward, where there is no training).
 *
 * A contestant's program is one file, so that what it takes to load is the library and not the parts of this benchmark. Before each
 * one an empty process is timed, and the difference of the two counts: the machine's speed changes from one second to the next.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SIZES } from '../cases.mjs';
import { makeProblem } from '../problem.mjs';
import { formatTime } from '../report/format.mjs';
import { median } from '../statistics.mjs';
import { listContestants, torchScript } from '../systems.mjs';
import { writeTensors } from '../tensors-file.mjs';

const LIMIT = 60_000;
/** Rounds here for one elsewhere: the difference of two processes varies more than a turn of many calls. */
const MORE = 3;
const bench = fileURLToPath(new URL('../..', import.meta.url));
/** As deep as the contestants, which look for packages from where they are. */
const programsFolder = join(bench, 'build/cold');

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
  rmSync(programsFolder, { recursive: true, force: true });
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

const programOf = (contestant) => join(programsFolder, basename(contestant));

/** Writes the program of each contestant, packages left out. */
async function writePrograms(contestants) {
  const { build } = await import('esbuild');
  for (const contestant of contestants) {
    await build({
      stdin: {
        contents: `import { prepare } from ${JSON.stringify(contestant)};
          import { callOnce } from './src/extra/cold.mjs';
          await callOnce(prepare);`,
        resolveDir: bench,
      },
      outfile: programOf(contestant),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      // Not the sources that the repository's own paths lead to.
      tsconfigRaw: '{}',
      logLevel: 'warning',
    });
  }
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
