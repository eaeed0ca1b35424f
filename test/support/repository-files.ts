import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

/** The tests run with the repository as their working directory. */
export const root = process.cwd();

const skipped = new Set(['node_modules', 'build', 'dist', 'binaries', 'bundled', '.git']);
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
  ...[
    'kernels',
    'arrays',
    'autograd',
    'recurrent',
    'rnn',
    'lstm',
    'gru',
    'utils',
    'nn',
    'retrograd',
    'blas',
    'mpi',
  ],
];

/** The doors of a package besides its index. */
export const furtherDoors: Record<string, string[]> = {
  kernels: ['internal'],
  arrays: ['internal'],
  recurrent: ['graph', 'internal'],
  blas: ['use'],
  mpi: ['sweep'],
};

/** Packages for Node alone that the umbrella does not bring. */
export const optionalPackages = ['blas', 'mpi'];

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
  mpi: ['kernels', 'arrays', 'autograd', 'nn'],
};

/** What a file imports or re-exports, types included; text in comments does not count. */
export function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const statements = /^\s*(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]/gm;
  const calls = /\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...code.matchAll(statements), ...code.matchAll(calls)].map((match) => match[1]);
}

/**
 * The names that a door of a package exports, those of types included; `* as x` gives x, `* from` the names
 * of that door.
 */
export function exportsOf(path: string): string[] {
  const code = readText(path)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
  const lists = [...code.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) =>
    list.split(',').map((each) =>
      each
        .trim()
        .replace(/^type /, '')
        .replace(/^.* as /, ''),
    ),
  );
  const declared = [
    ...code.matchAll(/^export (?:declare |async )*(?:const|function|class|interface|type|enum)\*? (\w+)/gm),
  ];
  const spaces = [...code.matchAll(/^export \* as (\w+) from/gm)];
  const all = [...code.matchAll(/^export \* from '([^']+)'/gm)].flatMap(([, from]) =>
    exportsOf(doorOf(path, from)),
  );
  const names = [...lists, ...[...declared, ...spaces].map(([, name]) => name), ...all];
  return [...new Set(names.filter((name) => name !== ''))].sort();
}

/** The file that is meant by an import of a package of this repository, or of a file beside `from`. */
export function doorOf(from: string, name: string): string {
  if (name.startsWith('.')) return posix.join(posix.dirname(from), name).replace(/\.js$/, '.ts');
  const [own, door = 'index'] = shortName(name).split('/');
  const path = `packages/${own}/src/${door}`;
  return existsSync(join(root, `${path}.ts`)) ? `${path}.ts` : `${path}/index.ts`;
}
