/**
 * The BLAS configuration with which PyTorch is fastest on this machine. Distributions build PyTorch against
 * whatever libblas.so.3 is installed, which may be the slow reference; and OpenBLAS guesses the core type,
 * wrongly for CPUs that it does not know. So each library is tried with each core type, on one product, in
 * short processes of their own.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { torchScript } from './systems.mjs';

const run = promisify(execFile);

const CORE_TYPES = ['', 'ZEN', 'HASWELL', 'SKYLAKEX', 'COOPERLAKE'];

/** @returns { env, note, libraries } */
export async function tuneBlas(python) {
  const tried = [];
  for (const libraries of ['', ...findLibraries()]) {
    for (const type of CORE_TYPES) {
      const env = environment(libraries, type);
      const milliseconds = await probe(python, env);
      if (milliseconds !== null) tried.push({ libraries, type, env, milliseconds });
    }
  }
  if (tried.length === 0) return { env: {}, note: 'BLAS not tuned', libraries: '' };
  tried.sort((a, b) => a.milliseconds - b.milliseconds);
  const [{ env, libraries }] = tried;
  const [best, ...others] = tried.map(describe);
  const note = `BLAS: ${best}, the fastest of ${tried.length}${others.length > 0 ? ` (slowest: ${others.at(-1)})` : ''}`;
  return { env, note, libraries };
}

/** Folders that hold a libblas.so.3: those that RETROGRAD_BENCH_BLAS lists, and Debian's alternatives. */
function findLibraries() {
  const given = (process.env.RETROGRAD_BENCH_BLAS ?? '').split(delimiter).filter(Boolean);
  const places = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].filter(existsSync);
  const alternatives = places.flatMap((place) => readdirSync(place).map((name) => join(place, name)));
  const all = [...given, ...alternatives.filter((path) => /(openblas|blis|mkl|atlas)[^/]*$/.test(path))];
  return all.filter((folder) => existsSync(join(folder, 'libblas.so.3')));
}

function environment(libraries, type) {
  return {
    ...(libraries === '' ? {} : { LD_LIBRARY_PATH: libraries }),
    ...(type === '' ? {} : { OPENBLAS_CORETYPE: type }),
  };
}

async function probe(python, env) {
  try {
    const options = { timeout: 60_000, env: { ...process.env, OMP_NUM_THREADS: '2', ...env } };
    const { stdout } = await run(python, [torchScript('blas_probe.py')], options);
    return Number(stdout);
  } catch {
    // A core type whose instructions this CPU lacks ends in a signal.
    return null;
  }
}

const describe = ({ libraries, type, milliseconds }) =>
  `${libraries === '' ? 'the default library' : basename(libraries)}, OPENBLAS_CORETYPE ${type || 'unset'}, ${milliseconds.toFixed(1)} ms`;
