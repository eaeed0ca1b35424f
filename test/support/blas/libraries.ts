/** The native libraries that this machine has to test with. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blasKernels, LibraryError } from '@retrograd/blas/use';

const folder = mkdtempSync(join(tmpdir(), 'retrograd-blas-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/**
 * Compiles test/support/blas/standin.c.
 * @param macros what to leave in or out of it
 * @returns the library's path, or null where there is no C compiler
 */
export function standIn(name: string, ...macros: string[]): string | null {
  const file = join(folder, `lib${name}.so`);
  const defines = macros.map((macro) => `-D${macro}`);
  const { status } = spawnSync('cc', [
    '-O2',
    '-shared',
    '-fPIC',
    ...defines,
    '-o',
    file,
    'test/support/blas/standin.c',
  ]);
  return status === 0 ? file : null;
}

/** Names under which a library may be installed: what the user says, every family, and the reference BLAS. */
const names = [process.env.RETROGRAD_BLAS, 'accelerate', 'mkl', 'onednn', 'openblas', 'blis', 'libblas.so.3'];

function isThere(library: string): boolean {
  try {
    blasKernels({ library });
    return true;
  } catch (error) {
    if (error instanceof LibraryError) return false;
    throw error;
  }
}

/** All installed libraries, and the stand-in. */
export const libraries = [...names, standIn('standin')].filter(
  (name): name is string => name !== undefined && name !== null && name !== '' && isThere(name),
);

/** Where there is nothing to test with, the one test says so: a test that is left out must be seen. */
export function tellSkipped(test: (title: string, run: () => void) => void): void {
  if (libraries.length > 0) return;
  test('there is a library to test with', () => {
    console.log('SKIPPED: products of a native library: there is none, and no C compiler');
  });
}
