/**
 * Builds everything: `node esbuild.config.mjs packages|examples|tests [--quiet]` (several words may be given).
 *
 * packages  packages/<name>/dist/index.js (one ESM file, other packages external) and the .d.ts files beside it;
 *           and one for each further door of it; packages/arrays has its third-party packages inside
 * examples  build/examples/**, each program bundled with the library's sources, third-party packages external
 * tests     build/test/**, likewise
 *
 * What is generated is made first, when its sources have changed (scripts/generate.mjs).
 * Examples and tests reach the sources through the `paths` of tsconfig.json, so they need no dist.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { generate } from './scripts/generate.mjs';

export const root = dirname(fileURLToPath(import.meta.url));
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
/** Sources of a package's doors besides index.ts; one imports the other instead of having a copy. */
const furtherDoors = {
  kernels: ['internal'],
  arrays: ['internal'],
  recurrent: ['graph/index', 'internal'],
  blas: ['use'],
  mpi: ['sweep/index', 'command'],
};
/** For Node only: they come with Node's types, which the others must not see. */
const forNode = ['blas', 'mpi'];

/** What every build shares; `packages: 'external'` leaves third-party packages to Node's resolution. */
export const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  packages: 'external',
  charset: 'utf8',
  logLevel: 'warning',
};

/** Files below `folder` whose path relative to the root passes `test`, with forward slashes, sorted. */
export function listFiles(folder, test) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(root, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    .filter((path) => !path.includes('node_modules/') && test(path))
    .sort();
}

export const listTests = () => listFiles('test', (path) => path.endsWith('.test.ts'));

/** Programs are examples/<name>.ts and examples/<name>/main.ts; other files are parts of them. */
export const listExamples = () =>
  listFiles(
    'examples',
    (path) => /^examples\/([^/]+|[^/]+\/main)\.ts$/.test(path) && !path.endsWith('.d.ts'),
  );

/** Bundles programs for Node; examples/a.ts becomes <outdir>/examples/a.js. */
export async function bundlePrograms(entryPoints, outdir, options = {}) {
  await generate();
  await build({
    ...common,
    entryPoints,
    outdir,
    outbase: '.',
    platform: 'node',
    sourcemap: 'inline',
    tsconfig: 'tsconfig.json',
    ...options,
  });
}

/** Writes the licences of the third-party packages among the inputs of a bundle to a file beside it. */
function copyLicenses(inputs, dist) {
  const names = inputs
    .map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1])
    .filter(Boolean);
  if (names.length === 0) return;
  const texts = [...new Set(names)].sort().map((name) => {
    const license = readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8');
    return `${name}\n${'='.repeat(name.length)}\n\n${license.trim()}\n`;
  });
  writeFileSync(join(dist, 'licenses.txt'), texts.join('\n\n'));
}

/**
 * The users' door of a package with an internal one: names of `internal.js`. With a file that both doors import instead, a program
 * starts more slowly: each file of a package takes most of a millisecond to load.
 */
async function buildUsersDoor(name, options) {
  const source = `packages/${name}/src/index.ts`;
  const { metafile } = await build({ ...options, entryPoints: [source], write: false });
  const { exports } = metafile.outputs[`packages/${name}/dist/index.js`];
  const contents = `export { ${exports.join(', ')} } from './internal.js';`;
  await build({
    ...options,
    external: ['./internal.js'],
    stdin: { contents, sourcefile: source, resolveDir: root },
    entryNames: 'index',
  });
}

async function buildPackages() {
  await generate();
  rmSync(join(root, 'build/types'), { recursive: true, force: true });
  // A fresh start, so that no file of an earlier build is published.
  for (const name of packageNames) {
    rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true });
    copyFileSync(join(root, 'LICENSE'), join(root, 'packages', name, 'LICENSE'));
  }
  const withNode = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly'];
  for (const project of [
    ['tsconfig.packages.json'],
    ...forNode.map((name) => [`packages/${name}`, ...withNode]),
  ]) {
    const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '-p', ...project];
    const types = spawnSync(process.execPath, tsc, { cwd: root, stdio: 'inherit' });
    if (types.status !== 0) throw new Error('the declaration files could not be made');
  }
  for (const name of packageNames) {
    const dist = join('packages', name, 'dist');
    const doors = ['index', ...(furtherDoors[name] ?? [])];
    const options = {
      ...common,
      outdir: dist,
      // What the doors share is in a file of its own, once.
      splitting: true,
      platform: forNode.includes(name) ? 'node' : 'neutral',
      sourcemap: true,
      metafile: true,
      // pure-rand goes inside: a page needs no bundler then.
      ...(name === 'arrays' && {
        packages: 'bundle',
        external: ['@retrograd/*'],
        mainFields: ['module', 'main'],
      }),
      // Without `paths`: @retrograd/* stays an import instead of being bundled. Else as tsconfig.json.
      tsconfigRaw: { compilerOptions: { target: 'ES2022', verbatimModuleSyntax: true } },
    };
    const { metafile } = await build({
      ...options,
      // The users' door is a part of the internal one.
      entryPoints: doors
        .filter((door) => door !== 'index' || !doors.includes('internal'))
        .map((door) => ({ in: `./packages/${name}/src/${door}.ts`, out: door.replace('/index', '') })),
    });
    if (doors.includes('internal')) await buildUsersDoor(name, options);
    copyLicenses(Object.keys(metafile.inputs), join(root, dist));
    const { bin = {} } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    // npm does this for what it installs, but not for the packages of a workspace that are built later.
    for (const command of Object.values(bin)) chmodSync(join(root, 'packages', name, command), 0o755);
    cpSync(join(root, 'build/types', name, 'src'), join(root, dist), { recursive: true });
  }
}

const jobs = {
  packages: buildPackages,
  examples: () => bundlePrograms(listExamples(), 'build'),
  tests: () => bundlePrograms(listTests(), 'build'),
};

async function main(words) {
  const quiet = words.includes('--quiet');
  const names = words.filter((word) => word !== '--quiet');
  if (names.length === 0 || names.some((name) => !Object.hasOwn(jobs, name))) {
    console.error('usage: node esbuild.config.mjs packages|examples|tests [--quiet]');
    return 2;
  }
  for (const name of names) {
    const start = performance.now();
    try {
      await jobs[name]();
    } catch (error) {
      // esbuild has already printed its own messages.
      if (!error.errors) console.error(`esbuild.config.mjs ${name}: ${error.message}`);
      return 1;
    }
    if (!quiet) console.log(`built ${name} in ${Math.round(performance.now() - start)} ms`);
  }
  return 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2));
}
