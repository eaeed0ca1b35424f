import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const BUILT = 'packages/retrograd/dist/index.js';

/** The file that RETROGRAD_LIBRARY names, or the built file of the checkout that it names; else undefined. */
function libraryFile() {
  const named = process.env.RETROGRAD_LIBRARY;
  if (!named) return undefined;
  const built = join(named, BUILT);
  return resolve(existsSync(built) ? built : named);
}

/** The library under test: the built package `retrograd`, or the build that RETROGRAD_LIBRARY names. */
export const importLibrary = () => importOfBuild('retrograd', libraryFile());

/** Another package of the build under test, such as '@retrograd/blas/use', which must share its kernels. */
export function importBeside(name) {
  const file = libraryFile();
  return importOfBuild(name, file && createRequire(file).resolve(name));
}

const importOfBuild = (name, file) => import(file ? pathToFileURL(file).href : name);

export function libraryVersion() {
  if (process.env.RETROGRAD_LIBRARY) return process.env.RETROGRAD_LIBRARY;
  return createRequire(import.meta.url)('retrograd/package.json').version;
}
