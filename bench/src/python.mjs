/** Finds a Python that has PyTorch. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { tuneBlas } from './blas.mjs';

const run = promisify(execFile);

/**
 * @returns { file, version, env, note, libraries }, or null when no Python has PyTorch; `note` names the BLAS
 *   with which it is fastest, `env` chooses that, and `libraries` is its folder, if it is not the default
 */
export async function findPython(log) {
  for (const file of ['python3', '/usr/bin/python3']) {
    let version;
    try {
      const { stdout } = await run(file, ['-c', 'import torch; print(torch.__version__)'], {
        timeout: 60_000,
      });
      version = stdout.trim();
    } catch {
      // Not there, or without PyTorch: the next one may have it.
      continue;
    }
    const blas = await tuneBlas(file);
    log(`PyTorch ${version}: ${blas.note}`);
    return { file, version, ...blas };
  }
  return null;
}
