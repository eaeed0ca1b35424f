/**
 * Compiles the AssemblyScript of the packages to WebAssembly: <folder>/assembly/modules/<name>.ts becomes a
 * TypeScript file with the module in hexadecimal, twice: with fused multiply-add (relaxed SIMD) and without.
 * Nothing is done when the sources are those of the last run.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { replaceFile, root } from './generated-files.mjs';

// The memory is declared shared, so that a module serves threads too
// (packages/kernels/src/wasm/decode-binary.ts).
const options = [
  ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--noExportMemory'],
  ...['--importMemory', '--sharedMemory', '--maximumMemory', '65536'],
  ...['--enable', 'simd', '--enable', 'threads'],
  // Where the constants start, which the core alone has (packages/kernels/assembly/constants.ts).
  ...['--memoryBase', '64'],
];
const fusedOptions = [...options, '--enable', 'relaxed-simd'];

/** What is compiled: where the AssemblyScript is, where the modules go, and where these find their type. */
const folders = [
  ...readdirSync(join(root, 'packages')).map((name) => ({
    assembly: `packages/${name}/assembly`,
    // In the kernels src/wasm is what loads the modules.
    output: `packages/${name}/src/wasm${name === 'kernels' ? '/binaries' : ''}`,
    typeFrom: name === 'kernels' ? '../decode-binary.js' : '@retrograd/kernels/internal',
  })),
  {
    assembly: 'test/support/assembly',
    output: 'test/support/binaries',
    typeFrom: '@retrograd/kernels/internal',
  },
].filter(({ assembly }) => existsSync(join(root, assembly)));

const listModules = ({ assembly }) => readdirSync(join(root, assembly, 'modules')).sort();

/** What the modules depend on: all sources, this file and the compiler. */
function digestOfSources() {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(root, 'scripts/assemble.mjs')));
  hash.update(readFileSync(join(root, 'node_modules/assemblyscript/package.json')));
  for (const { assembly } of folders) {
    for (const file of readdirSync(join(root, assembly), { recursive: true }).sort()) {
      if (!file.endsWith('.ts')) continue;
      hash.update(`${assembly}/${file}\n`).update(readFileSync(join(root, assembly, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** @returns the module in hexadecimal: two digits a byte, in which gzip finds what repeats; in base64 it does not */
async function compile(source, compilerOptions) {
  const { main } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await main([source, ...compilerOptions, '--outFile', 'out.wasm'], {
    readFile: (path) => {
      const file = join(root, path);
      return existsSync(file) ? readFileSync(file, 'utf8') : null;
    },
    writeFile: (_, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${error.message}\n${stderr}`);
  return Buffer.from(binary).toString('hex');
}

async function assembleFolder(folder, digest) {
  const modules = listModules(folder);
  const output = join(root, folder.output);
  const heads = modules.map((name) => `// From ${folder.assembly}/modules/${name}, sources ${digest}.\n`);
  const isFresh = (name, i) =>
    existsSync(join(output, name)) && readFileSync(join(output, name), 'utf8').startsWith(heads[i]);
  if (modules.every(isFresh)) return;
  mkdirSync(output, { recursive: true });
  for (const [i, name] of modules.entries()) {
    const source = `${folder.assembly}/modules/${name}`;
    const fused = await compile(source, fusedOptions);
    const plain = await compile(source, options);
    const words = name.replace('.ts', '').replace(/-./g, ([, letter]) => letter.toUpperCase());
    const text = [
      `import type { WasmModule } from '${folder.typeFrom}';\n`,
      `const plain = '${plain}';`,
      // Equal where nothing can be fused.
      `const fused = ${fused === plain ? 'plain' : `'${fused}'`};`,
      `export const ${words}Code: WasmModule = { fused, plain };\n`,
    ].join('\n');
    replaceFile(join(output, name), heads[i] + text);
  }
  for (const name of readdirSync(output)) {
    if (name.endsWith('.ts') && !modules.includes(name)) rmSync(join(output, name));
  }
}

export async function assemble() {
  const digest = digestOfSources();
  for (const folder of folders) await assembleFolder(folder, digest);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await assemble();
