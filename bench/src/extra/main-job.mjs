/** The character model of examples/ at its default setting: characters a second on each set of kernels. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatRatio } from '../report/format.mjs';
import { summarize } from '../statistics.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const program = join(root, 'build/examples/char-model/main.js');

/**
 * The whole job with the fast kernels, some steps of it with the plain ones. RETROGRAD_KERNELS chooses;
 * without it the program takes a native library where there is one.
 */
const SETS = [
  { name: 'plain', env: { RETROGRAD_KERNELS: 'plain' }, steps: 15 },
  { name: 'wasm', env: { RETROGRAD_KERNELS: 'wasm' }, steps: 500 },
  { name: 'blas', env: { RETROGRAD_KERNELS: '' }, steps: 500 },
];
const ROUNDS = 3;
const LIMIT = 180_000;

export async function measureJob() {
  const built = spawnSync(process.execPath, [join(root, 'esbuild.config.mjs'), 'examples', '--quiet']);
  if (built.status !== 0 || !existsSync(program)) throw new Error('the examples could not be built');
  const speeds = new Map(SETS.map(({ name }) => [name, []]));
  const failures = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const set of SETS) {
      try {
        speeds.get(set.name).push(speedOf(set));
      } catch (error) {
        failures[set.name] = error.message;
      }
    }
  }
  const measured = [...speeds].filter(([, list]) => list.length > 0);
  const values = Object.fromEntries(measured.map(([name, list]) => [name, summarize(list)]));
  const rows = SETS.map(({ name }) => {
    if (values[name] === undefined) return [name, failures[name], ''];
    const { median } = values[name];
    return [name, String(Math.round(median)), values.plain ? formatRatio(median / values.plain.median) : ''];
  });
  return {
    title: 'Main job (npm start) at its default setting',
    header: ['kernels', 'characters a second', 'times plain'],
    rows,
    values,
  };
}

/** @throws Error when the program fails or ran on other kernels than asked for */
function speedOf({ name, env, steps }) {
  const args = [program, '--steps', String(steps), '--sample-every', String(steps), '--sample-length', '1'];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: LIMIT,
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1) || `ended by ${signal}`);
  const kernels = stdout.split('\n').find((line) => line.includes('kernels')) ?? '';
  if (!kernels.startsWith(name)) throw new Error(`ran on other kernels: ${kernels.slice(0, 60)}`);
  const found = [...stdout.matchAll(/([\d,]+) chars\/s/g)];
  return Number(found.at(-1)[1].replaceAll(',', ''));
}
