/** Which kernels compute: by default, by name, by the surroundings, and where there is no WebAssembly. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ValueError } from '@retrograd/arrays';
import {
  currentKernels,
  describeKernels,
  type KernelName,
  type Kernels,
  plainKernels,
  setThreads,
  useKernels,
  wasmKernels,
} from '@retrograd/kernels';
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { workersUp } from '../support/thread-rendezvous.js';

const folder = mkdtempSync(join(tmpdir(), 'retrograd-kernels-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** The library as one file, for processes with other surroundings. */
const library = join(folder, 'kernels.mjs');

await build({
  stdin: {
    contents: "export * from '@retrograd/kernels/internal';",
    resolveDir: process.cwd(),
    loader: 'ts',
  },
  bundle: true,
  format: 'esm',
  outfile: library,
  tsconfig: 'tsconfig.json',
  logLevel: 'silent',
});

const PRODUCT = `
  const [A, C] = [new Float64Array(1600).fill(1), new Float64Array(1600)].map((data) => {
    return { data, at: 0, rows: 40, columns: 40, ld: 40 };
  });
  k.currentKernels().multiply(A, A, C);
  const right = C.data.every((v) => v === 40);
`;

/**
 * What a process says: the kernels in use, after \`before\` was run, and whether a product comes out right.
 */
function child(before: string, kernels = '', flags: string[] = []): Record<string, unknown> {
  const source = `
    ${before}
    const k = await import(${JSON.stringify(library)});
    try {
      const described = k.describeKernels();
      ${PRODUCT}
      console.log(JSON.stringify({ ...described, right }));
    } catch (error) {
      console.log(JSON.stringify({ error: error.name, message: error.message }));
    }
  `;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, '--input-type=module', '--eval', source],
    {
      encoding: 'utf8',
      env: { ...process.env, RETROGRAD_KERNELS: kernels },
    },
  );
  assert.is(stderr, '');
  return JSON.parse(stdout);
}

test('by default the kernels are WebAssembly with relaxed SIMD, which says so', () => {
  const { name, why, right } = child('');
  assert.is(name, 'wasm');
  assert.match(String(why), /WebAssembly SIMD with fused multiply-add/);
  assert.ok(right);
});

test('RETROGRAD_KERNELS names another set, and a wrong name is a ValueError', () => {
  for (const name of ['plain', 'wasm', 'wasm-simd']) {
    const seen = child('', name);
    assert.is(seen.name, name);
    assert.ok(seen.right);
  }
  const { error, message } = child('', 'blas');
  assert.is(error, 'ValueError');
  assert.is(message, "RETROGRAD_KERNELS: kernels must be one of plain, wasm, wasm-simd, got 'blas'");
});

test('without WebAssembly the plain kernels compute, and say why', () => {
  for (const missing of [
    'delete globalThis.WebAssembly;',
    // An engine without SIMD refuses the modules.
    'WebAssembly.validate = () => false;',
  ]) {
    const { name, why, right } = child(missing);
    assert.is(name, 'plain');
    assert.is(why, 'plain TypeScript, because there is no WebAssembly SIMD here');
    assert.ok(right);
    for (const wanted of ['wasm', 'wasm-simd']) {
      const { error, message } = child(missing, wanted);
      assert.is(error, 'ValueError');
      assert.is(
        message,
        `RETROGRAD_KERNELS: kernels must be available, got ${wanted} without WebAssembly SIMD`,
      );
    }
    assert.is(child(missing, 'plain').why, 'plain TypeScript, the reference');
  }
});

test('where compiling WebAssembly is forbidden the plain kernels compute, and say why', () => {
  // Chromium and Firefox throw the one error, Safari the other.
  for (const error of ['WebAssembly.CompileError', 'EvalError']) {
    const forbidden = `WebAssembly.Module = class { constructor() { throw new ${error}('forbidden'); } };`;
    const { name, why, right } = child(forbidden);
    assert.is(name, 'plain');
    assert.is(why, 'plain TypeScript, because a content security policy forbids compiling WebAssembly');
    assert.ok(right);
    assert.is(
      child(forbidden, 'wasm').message,
      'RETROGRAD_KERNELS: kernels must be available, got wasm where a content security policy forbids ' +
        'compiling WebAssembly',
    );
  }
});

test('without relaxed SIMD the set is the one without it', () => {
  // Relaxed modules are those that the second question is about.
  const { name, why, right } = child(`
    const { validate } = WebAssembly;
    let asked = 0;
    WebAssembly.validate = (bytes) => (asked++ === 0 ? validate(bytes) : false);
  `);
  assert.is(name, 'wasm-simd');
  assert.match(String(why), /separate multiplications and additions/);
  assert.ok(right);
});

test('relaxed SIMD declined by name leaves the engine’s flags alone', () => {
  const relaxed = `
    const bytes = Uint8Array.from([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0,
      ...[65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 11],
    ]);
  `;
  const source = `
    ${relaxed}
    const before = WebAssembly.validate(bytes);
    const k = await import(${JSON.stringify(library)});
    const { name } = k.currentKernels();
    console.log(JSON.stringify({ name, changed: WebAssembly.validate(bytes) !== before }));
  `;
  const run = (kernels: string) => {
    const args = ['--input-type=module', '--eval', source];
    const env = { ...process.env, RETROGRAD_KERNELS: kernels };
    return JSON.parse(spawnSync(process.execPath, args, { encoding: 'utf8', env }).stdout);
  };
  assert.equal(run('wasm-simd'), { name: 'wasm-simd', changed: false });
  assert.equal(run('plain'), { name: 'plain', changed: false });
  // Node 20 needs a flag for it, later ones do not.
  assert.equal(run('wasm'), { name: 'wasm', changed: process.versions.node.startsWith('20.') });
});

test('without SharedArrayBuffer the kernels work on memory of their own', () => {
  const { name, right } = child('delete globalThis.SharedArrayBuffer;');
  assert.is(name, 'wasm');
  assert.ok(right);
  const isolated = child('globalThis.crossOriginIsolated = false;');
  assert.ok(isolated.right);
});

test('describeKernels tells the rounding of each set, and how many threads were asked for and run', async () => {
  const before = currentKernels();
  try {
    for (const [name, relaxed] of [
      ['plain', false],
      ['wasm-simd', false],
      ['wasm', true],
    ] as const) {
      useKernels(name);
      assert.is(describeKernels().relaxed, relaxed, name);
      assert.equal(describeKernels().threads, { asked: 1, running: 1 }, name);
    }
    await workersUp(2);
    assert.equal(describeKernels().threads, { asked: 2, running: 2 });
    setThreads(3);
    assert.equal(describeKernels().threads, { asked: 3, running: 1 }, 'before a call was worth it');
    useKernels('plain');
    assert.equal(describeKernels().threads, { asked: 3, running: 1 }, 'plain kernels have one');
    useKernels({ ...plainKernels, name: 'own', relaxed: true });
    assert.is(describeKernels().relaxed, true);
  } finally {
    setThreads(1);
    useKernels(before);
  }
});

test('useKernels gives back the set before, and takes names and sets', () => {
  const before = currentKernels();
  try {
    assert.is(useKernels('plain'), before);
    assert.is(currentKernels(), plainKernels);
    assert.is(describeKernels().name, 'plain');
    assert.is(describeKernels().why, plainKernels.why);
    assert.is(useKernels('wasm-simd'), plainKernels);
    assert.is(currentKernels(), wasmKernels({ relaxed: false }));
    const simd = useKernels('wasm');
    assert.is(simd.name, 'wasm-simd');
    assert.is(currentKernels(), wasmKernels());
    assert.match(describeKernels().why, /fused/);
    const own: Kernels = { ...plainKernels, name: 'own', why: 'for a test' };
    useKernels(own);
    assert.is(currentKernels(), own);
    assert.is(describeKernels().name, 'own');
    assert.is(describeKernels().why, 'for a test');
  } finally {
    useKernels(before);
  }
  assert.is(currentKernels(), before);
});

test('useKernels refuses what is neither a name nor a set, and changes nothing', () => {
  const before = currentKernels();
  for (const [wrong, got] of [
    ['fast', "'fast'"],
    ['', "''"],
    ['Wasm', "'Wasm'"],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [{}, 'an object'],
    [{ sequence: plainKernels.sequence }, 'an object'],
    [{ multiply: plainKernels.multiply }, 'an object'],
  ] as [unknown, string][]) {
    let thrown: unknown;
    try {
      useKernels(wrong as KernelName);
    } catch (error) {
      thrown = error;
    }
    assert.instance(thrown, ValueError, String(wrong));
    const { message } = thrown as ValueError;
    assert.ok(message.startsWith('useKernels: kernels must be '), message);
    assert.ok(message.includes(`, got ${got}`), message);
    assert.is(currentKernels(), before);
  }
});

test.run();
