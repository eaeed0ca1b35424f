import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { installAll, node, type Packed, packAll, root } from '../support/packaging/workshop.js';
import {
  fullName,
  furtherDoors,
  optionalPackages,
  packageNames,
  readJson,
  shortName,
} from '../support/repository-files.js';

let packed: Packed[] = [];
let installed = '';

/** The folder of the user, made at the first call. */
function user(): string {
  if (installed === '') {
    packed = packAll();
    installed = installAll();
  }
  return installed;
}

/** Bytes that each installed package gives to the bundle of `source`, and in all. */
async function bundle(source: string): Promise<{ packages: Record<string, number>; size: number }> {
  const result = await build({
    stdin: { contents: source, resolveDir: user(), loader: 'js' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });
  const packages: Record<string, number> = {};
  for (const output of Object.values(result.metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1];
      if (name) packages[name] = (packages[name] ?? 0) + bytesInOutput;
    }
  }
  return { packages, size: result.outputFiles[0].contents.length };
}

test('the packages build, pack, and install into an empty folder', () => {
  assert.ok(existsSync(user()));
  assert.equal(packed.map(({ name }) => name).sort(), packageNames.map(fullName).sort());
});

test('a packed package holds its bundle, its types, its licence and its readme, and no source', () => {
  user();
  assert.is(packed.length, packageNames.length);
  for (const { name, files } of packed) {
    const paths = files.map((file) => file.path);
    const doors = furtherDoors[shortName(name)] ?? [];
    for (const path of [
      'LICENSE',
      'README.md',
      'package.json',
      'dist/index.js',
      'dist/index.js.map',
      'dist/index.d.ts',
      ...doors.map((door) => `dist/${door}.js`),
    ]) {
      assert.ok(paths.includes(path), `${name} lacks ${path}`);
    }
    const commands = Object.values(readJson(`packages/${shortName(name)}/package.json`).bin ?? {}).map(
      (path) => String(path).match(/^\.\/dist\/(.*)\.js$/)?.[1],
    );
    // Doors share what they have in common in one more file, and what is loaded when it is needed has its own.
    const shared = doors.length === 0 ? '' : '|[a-z-]+-[A-Z0-9]{8}';
    const bundles = `dist/(${['index', ...doors, ...commands].join('|')}${shared})\\.js(\\.map)?`;
    const expected = new RegExp(
      `^(LICENSE|README\\.md|package\\.json|dist/.+\\.d\\.ts|${bundles}|dist/licenses\\.txt)$`,
    );
    assert.equal(
      paths.filter((path) => !expected.test(path)),
      [],
      name,
    );
  }
});

/** A WebAssembly module in hexadecimal: one of every file has more than 200 digits. */
const MODULE = /['"](0061736d[\da-f]{200,})['"]/g;

const modulesIn = (folder: string, ending: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(MODULE)].map(([, text]) => text))
    .sort();

test('each package brings its WebAssembly inside the bundle, once, and not in the types', () => {
  for (const name of ['kernels', 'rnn', 'lstm', 'gru', 'nn']) {
    const compiled = modulesIn(join(root, 'packages', name, 'src/wasm'), /\.ts$/);
    assert.ok(compiled.length >= 2, name);
    const dist = join(user(), 'node_modules/@retrograd', name, 'dist');
    assert.equal(modulesIn(dist, /\.js$/), compiled, name);
    assert.equal(modulesIn(dist, /\.d\.ts$/), [], name);
  }
});

test('the umbrella brings the others, but for the optional ones, and the types of arrays', () => {
  const folder = join(user(), 'node_modules');
  const others = packageNames.filter((name) => name !== 'retrograd' && !optionalPackages.includes(name));
  assert.equal(readdirSync(join(folder, '@retrograd')).sort(), others.sort());
  for (const name of ['retrograd', '@types/ndarray']) assert.ok(existsSync(join(folder, name)), name);
});

test('the random generator is inside, with its licence, and the arrays of ndarray are as good as ours', () => {
  const dist = join(user(), 'node_modules/@retrograd/arrays/dist');
  const licenses = readFileSync(join(dist, 'licenses.txt'), 'utf8');
  assert.match(licenses, 'Nicolas DUBIEN');
  assert.not.ok(existsSync(join(user(), 'node_modules/ndarray')));
  const program = `
    import { createRequire } from 'node:module';
    import { LSTM, ones } from 'retrograd';
    const ndarray = createRequire(${JSON.stringify(join(root, 'package.json'))})('ndarray');
    const layer = new LSTM(3, 4, { seed: 1 });
    const other = ndarray(new Float64Array(30).fill(1), [2, 5, 3]);
    console.log(other.constructor === ones([2, 5, 3]).constructor);
    console.log(String(layer.forward(other).data) === String(layer.forward(ones([2, 5, 3])).data));`;
  writeFileSync(join(user(), 'other.js'), program);
  assert.is(node(['other.js'], user()), 'false\ntrue\n');
});

test('a plain JavaScript user runs an LSTM forward and backward', () => {
  copyFileSync(join(root, 'test/support/packaging/main.js'), join(user(), 'main.js'));
  const seen = JSON.parse(node(['main.js'], user()));
  assert.equal(seen.h_all, [2, 2, 4]);
  assert.equal(seen.grad_x, [2, 2, 3]);
  assert.equal(seen.keys, ['W_c', 'W_f', 'W_i', 'W_o', 'b_c', 'b_f', 'b_i', 'b_o']);
  assert.ok(seen.size > 1e-3, `the gradient is only ${seen.size}`);
  assert.ok(seen.error < 1e-8, `the gradient is off by ${seen.error}`);
});

const resolutions: [string, object][] = [
  ['NodeNext', { module: 'NodeNext', moduleResolution: 'NodeNext' }],
  ['bundler', { module: 'ESNext', moduleResolution: 'bundler' }],
];

for (const [name, options] of resolutions) {
  test(`a strict TypeScript user with ${name} resolution checks every declaration file`, () => {
    copyFileSync(join(root, 'test/support/packaging/consumer.ts'), join(user(), 'consumer.ts'));
    // Each package is named, so that all .d.ts files are read and not only those that the LSTM reaches.
    const here = packed.filter(({ name }) => !optionalPackages.includes(shortName(name)));
    const every = here.map((p, i) => `export * as p${i} from '${p.name}';`).join('\n');
    writeFileSync(join(user(), 'every.ts'), `${every}\n`);
    const compilerOptions = {
      ...options,
      target: 'ES2022',
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      types: [],
    };
    const project = join(user(), `tsconfig.${name}.json`);
    writeFileSync(project, JSON.stringify({ compilerOptions, files: ['consumer.ts', 'every.ts'] }));
    node([join(root, 'node_modules/typescript/bin/tsc'), '-p', project], user());
  });
}

test('a wrong call is a type error for the user', () => {
  writeFileSync(join(user(), 'wrong.ts'), "import { LSTM } from 'retrograd';\nnew LSTM('3', 4);\n");
  const options = { module: 'NodeNext', strict: true, noEmit: true, types: [] };
  writeFileSync(
    join(user(), 'tsconfig.wrong.json'),
    JSON.stringify({ compilerOptions: options, files: ['wrong.ts'] }),
  );
  const check = () =>
    node([join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.wrong.json'], user());
  assert.throws(check, /TS2345/);
});

const layers: [string, string][] = [
  ['VanillaRNN', 'rnn'],
  ['LSTM', 'lstm'],
  ['GRU', 'gru'],
];

for (const [name, own] of layers) {
  for (const source of ['retrograd', `@retrograd/${own}`]) {
    test(`importing ${name} from ${source} pulls in no sibling`, async () => {
      const { packages } = await bundle(`import { ${name} } from '${source}'; console.log(${name});`);
      assert.ok(packages[`@retrograd/${own}`] > 0, 'the layer itself is in the bundle');
      for (const other of ['rnn', 'lstm', 'gru', 'nn'].filter((p) => p !== own)) {
        assert.is(packages[`@retrograd/${other}`] ?? 0, 0, other);
      }
    });
  }
}

/** A bundler that keeps one function of a file keeps all that may do something when the file is loaded. */
test('what a bundle does not use is not kept for what it might do', async () => {
  const arrays = await bundle("export { isNdArray } from '@retrograd/arrays';");
  assert.ok(arrays.size < 1000, JSON.stringify(arrays.packages));
  const { packages } = await bundle("export { lstmForward } from '@retrograd/lstm';");
  assert.equal(Object.keys(packages).sort(), [
    ...['@retrograd/arrays', '@retrograd/kernels', '@retrograd/lstm', '@retrograd/recurrent'],
  ]);
  // About 7700 of them are machine code.
  assert.ok(packages['@retrograd/lstm'] < 10_800, JSON.stringify(packages));
});

test('an import that is not used leaves nothing behind', async () => {
  const { size } = await bundle("import { LSTM } from 'retrograd'; import * as all from 'retrograd';");
  assert.is(size, 0);
});

test('a source map brings its sources along', () => {
  const map = JSON.parse(
    readFileSync(join(user(), 'node_modules/@retrograd/lstm/dist/index.js.map'), 'utf8'),
  );
  assert.ok(map.sources.length > 0);
  assert.is(map.sourcesContent.length, map.sources.length);
  assert.not.match(JSON.stringify(map.sources), root);
});

test.run();
