/**
 * Compiles every packages/kernels/assembly/modules/<name>.ts to WebAssembly and writes it as a string to
 * packages/kernels/src/wasm/binaries/<name>.ts. Nothing is done when the sources are those of the last run.
 *
 * What travels to a browser is compressed: the form of the text (binary-text.mjs) is chosen for how small it becomes then.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { forgetAlignment } from './alignment.mjs';
import { toText } from './binary-text.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, 'packages/kernels/assembly');
const binaries = join(root, 'packages/kernels/src/wasm/binaries');
const modules = readdirSync(join(sources, 'modules')).sort();

// The memory is declared shared, so that a module serves threads too; where there are none the flag is cleared on load.
const options = [
  ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--noExportMemory'],
  ...['--importMemory', '--sharedMemory', '--maximumMemory', '65536'],
  ...['--enable', 'simd', '--enable', 'threads'],
  // Where the constants start, which the core alone has (assembly/constants.ts).
  ...['--memoryBase', '64'],
];

/** What the binaries depend on: the sources, this file and the compiler. */
function digestOfSources() {
  const hash = createHash('sha256');
  for (const script of [
    'alignment.mjs',
    'assemble.mjs',
    'binary-text.mjs',
    'fusable.mjs',
    'instructions.mjs',
  ])
    hash.update(readFileSync(join(root, 'scripts', script)));
  hash.update(readFileSync(join(root, 'node_modules/assemblyscript/package.json')));
  const files = readdirSync(sources, { recursive: true }).filter((name) => name.endsWith('.ts'));
  for (const file of files.sort()) hash.update(`${file}\n`).update(readFileSync(join(sources, file)));
  return hash.digest('hex');
}

/** Written beside its place and moved there: another process may be reading. */
function replace(file, text) {
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, text);
  renameSync(beside, file);
}

async function compile(name) {
  const { main } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await main([`modules/${name}`, ...options, '--outFile', 'out.wasm'], {
    readFile: (path) => {
      const file = join(sources, path);
      return existsSync(file) ? readFileSync(file, 'utf8') : null;
    },
    writeFile: (_, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${error.message}\n${stderr}`);
  forgetAlignment(binary);
  return binary;
}

export async function assemble() {
  const digest = digestOfSources();
  const stamp = join(binaries, 'sources.sha256');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  mkdirSync(binaries, { recursive: true });
  for (const name of modules) {
    const text = toText(await compile(name));
    const words = name.replace('.ts', '').replace(/-./g, ([, letter]) => letter.toUpperCase());
    // The type is written out, or the declaration file would repeat the text.
    const constant = `export const ${words}Code: string =\n  ${JSON.stringify(text)};`;
    replace(
      join(binaries, name),
      `/** Made from assembly/modules/${name} by scripts/assemble.mjs. */\n${constant}\n`,
    );
  }
  for (const name of readdirSync(binaries)) {
    if (name.endsWith('.ts') && !modules.includes(name)) rmSync(join(binaries, name));
  }
  replace(stamp, digest);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await assemble();
