/** Finds a Python that has PyTorch, and the BLAS configuration with which it is fastest on this machine. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { torchScript } from './systems.mjs';

const run = promisify(execFile);

/** OpenBLAS guesses the core type, wrongly for CPUs that it does not know; these are worth a try. */
const CORE_TYPES = ['', 'ZEN', 'HASWELL', 'SKYLAKEX', 'COOPERLAKE'];

/**
 * @returns { file, env, version, note }, or null when no Python has PyTorch; `note` names the BLAS configuration
 */
export async function findPython(log) {
  for (const file of ['python3', '/usr/bin/python3']) {
    try {
      const { stdout } = await run(file, ['-c', 'import torch; print(torch.__version__)'], {
        timeout: 60_000,
      });
      return { file, version: stdout.trim(), ...(await tuneBlas(file, log)) };
    } catch {
      // Not there, or without PyTorch: the next one may have it.
    }
  }
  return null;
}

/** Times one product under each core type, in short processes of their own, as it is read when the library loads. */
async function tuneBlas(file, log) {
  const times = {};
  for (const type of CORE_TYPES) {
    try {
      const { stdout } = await run(file, [torchScript('blas_probe.py')], {
        timeout: 60_000,
        env: { ...process.env, OMP_NUM_THREADS: '2', ...coreType(type) },
      });
      times[type] = Number(stdout);
    } catch {
      // A core type whose instructions this CPU lacks ends in a signal.
    }
  }
  const best = Object.keys(times).reduce((a, b) => (times[b] < times[a] ? b : a));
  const listed = Object.entries(times).map(([type, ms]) => `${type || 'unset'} ${ms.toFixed(1)} ms`);
  const note = `OPENBLAS_CORETYPE=${best || '(unset)'}, the fastest of: ${listed.join(', ')}`;
  log(`PyTorch: ${note}`);
  return { env: coreType(best), note };
}

const coreType = (type) => (type === '' ? {} : { OPENBLAS_CORETYPE: type });
