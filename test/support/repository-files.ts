import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The tests run with the repository as their working directory. */
export const root = process.cwd();

const skipped = new Set(['node_modules', 'build', 'dist', 'binaries', '.git']);
/** The compiled modules of a package; in the kernels, the code around them. */
const COMPILED = /^packages\/(?!kernels\/)\w+\/src\/wasm$/;

/** Every file of the repository that is not made by a tool, relative to the root, with forward slashes. */
export function listRepository(folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = relative(root, join(folder, entry.name)).split(sep).join('/');
    if (COMPILED.test(path)) return [];
    return entry.isDirectory() ? listRepository(join(root, path)) : [path];
  });
}

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8');

export const readJson = (path: string) => JSON.parse(readText(path));

/** Every package, in the order in which they may import each other. */
export const packageNames = [
  ...['kernels', 'arrays', 'autograd', 'recurrent', 'rnn', 'lstm', 'gru', 'utils', 'nn', 'retrograd', 'blas'],
];

/** The doors of a package besides its index. */
export const furtherDoors: Record<string, string[]> = {
  kernels: ['internal'],
  arrays: ['internal'],
  recurrent: ['graph'],
  blas: ['use'],
};

export const fullName = (name: string): string => (name === 'retrograd' ? name : `@retrograd/${name}`);
export const shortName = (name: string): string => name.replace('@retrograd/', '');

const LAYERS = ['rnn', 'lstm', 'gru'];

/** What a package may import: what stands to the left of it, and no layer another layer. */
const before = (name: string): string[] =>
  packageNames
    .slice(0, packageNames.indexOf(name))
    .filter((other) => !(LAYERS.includes(name) && LAYERS.includes(other)));

export const allowedPackages: Record<string, string[]> = {
  ...Object.fromEntries(packageNames.map((name) => [name, before(name)])),
  // Beside the chain: no package imports it, and it needs the kernels only.
  blas: ['kernels'],
};

/** What a file imports or re-exports, types included; text in comments does not count. */
export function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const statements = /^\s*(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]/gm;
  const calls = /\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...code.matchAll(statements), ...code.matchAll(calls)].map((match) => match[1]);
}
