import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  allowedPackages,
  doorOf,
  importsOf,
  listRepository,
  packageNames,
  readJson,
  readText,
} from '../support/repository-files.js';

const sources = listRepository().filter((path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path));
const packageOf = (path: string) => path.split('/')[1];
/** What the packages may import that is not of this repository; packages/blas and packages/mpi are for Node alone. */
const thirdParty: Record<string, string[]> = {
  arrays: ['ndarray', 'pure-rand'],
  blas: ['koffi', 'node:fs', 'node:module', 'node:os'],
  mpi: [
    'koffi',
    'node:child_process',
    'node:fs',
    'node:os',
    'node:path',
    'node:url',
    'node:util',
    'node:worker_threads',
  ],
};

/** `./shape.js`, imported in packages/x/src/a.ts, is packages/x/src/shape.ts. */
const resolveRelative = (from: string, to: string) =>
  posix.join(posix.dirname(from), to).replace(/\.js$/, '.ts');

/** The workspace package that an import names, if it names one. */
const workspaceName = (name: string) =>
  name === 'retrograd' || name.startsWith('@retrograd/') ? name.replace('@retrograd/', '') : null;

/** What is wrong with one import of one library file, or null. */
function complaint(path: string, name: string): string | null {
  const own = packageOf(path);
  if (name.startsWith('.')) {
    const target = resolveRelative(path, name);
    if (!target.startsWith(`packages/${own}/src/`)) return 'crosses into another package';
    if (!name.endsWith('.js')) return 'does not end in .js';
    return null;
  }
  const workspace = workspaceName(name);
  if (workspace !== null)
    return allowedPackages[own].includes(workspace.split('/')[0]) ? null : 'goes the wrong way';
  if (thirdParty[own] === undefined) return 'is not a package of this repository';
  return thirdParty[own].some((p) => name === p || name.startsWith(`${p}/`))
    ? null
    : 'is not an allowed dependency';
}

test('the import reader sees every form of import and no comment', () => {
  const source = [
    "import a from 'a';",
    "import type { B } from 'b';",
    'import {',
    '  c,',
    "} from 'c';",
    "import 'd';",
    "export * from 'e';",
    "export { f } from './f.js';",
    "type G = import('g').G;",
    "const h = await import('h');",
    "// import i from 'i';",
    " * import j from 'j';",
    "/** import k from 'k'; */",
    "export const l = 'l';",
  ].join('\n');
  assert.equal(importsOf(source).sort(), ['./f.js', 'a', 'b', 'c', 'd', 'e', 'g', 'h']);
});

test('the complaint function refuses what the design forbids', () => {
  const refused: [string, string][] = [
    ['packages/kernels/src/a.ts', '@retrograd/arrays'],
    ['packages/kernels/src/a.ts', 'ndarray'],
    ['packages/arrays/src/a.ts', '@retrograd/autograd'],
    ['packages/recurrent/src/a.ts', '@retrograd/lstm'],
    ['packages/autograd/src/a.ts', '@retrograd/utils'],
    ['packages/lstm/src/a.ts', '@retrograd/gru'],
    ['packages/gru/src/a.ts', '@retrograd/nn'],
    ['packages/nn/src/a.ts', 'retrograd'],
    ['packages/lstm/src/a.ts', '../../gru/src/cell.js'],
    ['packages/lstm/src/a.ts', './cell'],
    ['packages/autograd/src/ops/a.ts', 'ndarray'],
    ['packages/nn/src/a.ts', 'node:fs'],
    ['packages/kernels/src/a.ts', 'node:fs'],
    ['packages/arrays/src/a.ts', 'ndarray-gemm'],
    ['packages/kernels/src/a.ts', 'koffi'],
    ['packages/retrograd/src/a.ts', '@retrograd/blas'],
    ['packages/blas/src/a.ts', '@retrograd/lstm'],
    ['packages/blas/src/a.ts', 'ndarray'],
  ];
  for (const [path, name] of refused) assert.ok(complaint(path, name), `${path} may import ${name}`);
  assert.is(complaint('packages/arrays/src/a.ts', 'pure-rand/generator/xoroshiro128plus'), null);
  assert.is(complaint('packages/nn/src/a.ts', '@retrograd/lstm'), null);
});

test('imports run one way only, and only arrays and blas import third-party code', () => {
  assert.ok(sources.length >= packageNames.length);
  const wrong = sources.flatMap((path) =>
    importsOf(readText(path)).flatMap((name) => {
      const reason = complaint(path, name);
      return reason === null ? [] : [`${path}: '${name}' ${reason}`];
    }),
  );
  assert.equal(wrong, []);
});

test('every relative import of the library names a file', () => {
  const wrong = sources.flatMap((path) =>
    importsOf(readText(path))
      .filter((name) => name.startsWith('.') && !existsSync(resolveRelative(path, name)))
      .map((name) => `${path}: ${name}`),
  );
  assert.equal(wrong, []);
});

/** A file and all that it reaches, each with a file that imports it. */
function reach(start: string): Map<string, string> {
  const importers = new Map([[start, start]]);
  for (const path of importers.keys()) {
    for (const name of importsOf(readText(path))) {
      if (!name.startsWith('.') && workspaceName(name) === null) continue;
      const target = doorOf(path, name);
      if (!importers.has(target)) importers.set(target, path);
    }
  }
  return importers;
}

/** The files of a layer that are about the graph; all others are derived by hand. */
const ON_THE_GRAPH = ['equations', 'graph-ops', 'index', 'layer', 'lifted'];

test('the hand-derived implementation never reaches autograd, by whatever way', () => {
  const layers = sources.filter(
    (path) =>
      /^packages\/(rnn|lstm|gru)\/src\//.test(path) && !ON_THE_GRAPH.includes(posix.basename(path, '.ts')),
  );
  for (const name of ['rnn', 'lstm', 'gru']) {
    assert.ok(layers.includes(`packages/${name}/src/cell.ts`), `${name} has no cell.ts`);
    assert.ok(layers.includes(`packages/${name}/src/sequence.ts`), `${name} has no sequence.ts`);
  }
  const wrong = ['packages/recurrent/src/index.ts', ...layers].flatMap((start) =>
    [...reach(start)]
      .filter(([path]) => packageOf(path) === 'autograd')
      .slice(0, 1)
      .map(([path, importer]) => `${start} reaches ${path} by ${importer}`),
  );
  assert.equal(wrong, []);
  // What does reach it is found: through its own files, and through another package's second door.
  assert.ok(reach('packages/lstm/src/layer.ts').has('packages/autograd/src/index.ts'));
  assert.ok(reach('packages/recurrent/src/graph/index.ts').has('packages/autograd/src/tensor.ts'));
});

test('every package declares what it imports', () => {
  const wrong: string[] = [];
  for (const path of sources) {
    const { dependencies, devDependencies } = readJson(`packages/${packageOf(path)}/package.json`);
    const declared = { ...dependencies, ...devDependencies };
    for (const name of importsOf(readText(path)).filter((n) => !/^(\.|node:)/.test(n))) {
      const owner = name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/');
      // Of ndarray only the types are imported.
      const names = [owner, `@types/${owner}`];
      if (!names.some((each) => Object.hasOwn(declared, each)))
        wrong.push(`${path}: ${owner} is not in package.json`);
    }
  }
  assert.equal(wrong, []);
});

test('tests and examples import the library by package names', () => {
  const wrong = listRepository()
    .filter((path) => /^(test|examples)\/.*\.ts$/.test(path))
    .flatMap((path) =>
      importsOf(readText(path))
        .filter((name) => name.startsWith('.') && resolveRelative(path, name).startsWith('packages/'))
        .map((name) => `${path}: ${name}`),
    );
  assert.equal(wrong, []);
});

test.run();
