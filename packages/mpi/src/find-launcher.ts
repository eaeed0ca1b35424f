import { spawnSync } from 'node:child_process';
import { LibraryError } from './errors.js';
import type { Launcher } from './launcher.js';

/** A program that starts processes. */
export interface LauncherProgram {
  readonly path: string;
  readonly family: Launcher['family'];
}

/**
 * The launcher that RETROGRAD_MPIRUN names, or else `mpirun` or `mpiexec`.
 * @throws LibraryError when there is none, or it is of a kind that is not known
 */
export function findLauncherProgram(named = process.env.RETROGRAD_MPIRUN): LauncherProgram {
  const paths = named ? [named] : ['mpirun', 'mpiexec'];
  for (const path of paths) {
    const { error, stdout, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 });
    if (error) continue;
    const text = `${stdout}${stderr}`;
    if (/Open MPI|OpenRTE/i.test(text)) return { path, family: 'Open MPI' };
    if (/HYDRA|MPICH|Intel\(R\) MPI/i.test(text)) return { path, family: 'MPICH' };
    throw refused('of Open MPI or of MPICH and its kin', `${path}, '${text.trim().slice(0, 80)}'`);
  }
  throw refused(`installed (${paths.join(', ')})`, 'none');
}

const refused = (expectation: string, actual: string): LibraryError =>
  new LibraryError(
    'retrograd-mpi',
    'launcher',
    expectation,
    actual,
    'install one (Debian and Ubuntu: apt-get install openmpi-bin), or name it: RETROGRAD_MPIRUN=<path>',
  );
