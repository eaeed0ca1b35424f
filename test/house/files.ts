import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The tests run with the repository as their working directory. */
export const root = process.cwd();

const skipped = new Set(['node_modules', 'build', 'dist', 'binaries', '.git']);

/** Every file of the repository that is not made by a tool, relative to the root, with forward slashes. */
export function listRepository(folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? listRepository(path) : [relative(root, path).split(sep).join('/')];
  });
}

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8');

export const readJson = (path: string) => JSON.parse(readText(path));

export const packageNames = ['kernels', 'autograd', 'utils', 'rnn', 'lstm', 'gru', 'nn', 'retrograd', 'blas'];

/** What each package may import: only what stands to the left of it, and no layer another layer. */
export const allowedPackages: Record<string, string[]> = {
  kernels: [],
  autograd: ['kernels'],
  utils: ['kernels', 'autograd'],
  rnn: ['kernels', 'autograd', 'utils'],
  lstm: ['kernels', 'autograd', 'utils'],
  gru: ['kernels', 'autograd', 'utils'],
  nn: ['kernels', 'autograd', 'utils', 'rnn', 'lstm', 'gru'],
  retrograd: ['kernels', 'autograd', 'utils', 'rnn', 'lstm', 'gru', 'nn'],
  // Beside the chain: nobody imports it, and it needs the kernels only.
  blas: ['kernels'],
};

/** What a file imports or re-exports, types included; text in comments does not count. */
export function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const statements = /^\s*(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]/gm;
  const calls = /\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...code.matchAll(statements), ...code.matchAll(calls)].map((match) => match[1]);
}
