import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The library under test: the built package `retrograd`, or the file that RETROGRAD_LIBRARY names, which lets two builds be
 * compared.
 */
export async function importLibrary() {
  const file = process.env.RETROGRAD_LIBRARY;
  return file ? import(pathToFileURL(resolve(file)).href) : import('retrograd');
}

export function libraryVersion() {
  if (process.env.RETROGRAD_LIBRARY) return process.env.RETROGRAD_LIBRARY;
  return createRequire(import.meta.url)('retrograd/package.json').version;
}
