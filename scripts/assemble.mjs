/**
 * Compiles packages/kernels/assembly/index.ts to WebAssembly and writes it as a string to
 * packages/kernels/src/wasm/binaries/kernels.ts. Nothing is done when the sources are those of the last run.
 *
 * The string is hexadecimal: base64 is shorter as it stands, but hexadecimal compresses to little more than the binary, and
 * what travels to a browser is compressed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, 'packages/kernels/assembly');
const binaries = join(root, 'packages/kernels/src/wasm/binaries');
const target = join(binaries, 'kernels.ts');

// The memory is declared shared, so that one module serves threads too; where there are none the flag is cleared on load.
const options = [
  ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--noExportMemory', '--memoryBase', '64'],
  ...['--importMemory', '--sharedMemory', '--maximumMemory', '65536'],
  ...['--enable', 'simd', '--enable', 'threads'],
];

/** What the binaries depend on: the sources, this file and the compiler. */
function digestOfSources() {
  const hash = createHash('sha256');
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  hash.update(readFileSync(join(root, 'node_modules/assemblyscript/package.json')));
  for (const file of readdirSync(sources).sort())
    hash.update(`${file}\n`).update(readFileSync(join(sources, file)));
  return hash.digest('hex');
}

/** Written beside its place and moved there: another process may be reading. */
function replace(file, text) {
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, text);
  renameSync(beside, file);
}

async function compile() {
  const { main } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await main(['index.ts', ...options, '--outFile', 'out.wasm'], {
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
  return binary;
}

export async function assemble() {
  const digest = digestOfSources();
  const stamp = join(binaries, 'sources.sha256');
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  mkdirSync(binaries, { recursive: true });
  const digits = Buffer.from(await compile()).toString('hex');
  // The type is written out, or the declaration file would repeat the digits.
  const constant = `export const kernelsCode: string =\n  '${digits}';`;
  replace(target, `/** Made from assembly/index.ts by scripts/assemble.mjs. */\n${constant}\n`);
  replace(stamp, digest);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await assemble();
