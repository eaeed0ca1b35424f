/**
 * What a browser loads: a program bundled by esbuild, minified and gzipped, and the .wasm files that it
 * fetches.
 */
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { formatBytes } from '../report/format.mjs';
import { isOurs, SYSTEMS } from '../systems.mjs';
import { PROGRAMS } from './bundle-programs.mjs';

const folder = fileURLToPath(new URL('../..', import.meta.url));

export async function measureBundles({ systems }) {
  const { build } = await import('esbuild');
  const ours = SYSTEMS.some((system) => isOurs(system) && systems.includes(system.name));
  const programs = PROGRAMS.filter(({ system }) => (system === null ? ours : systems.includes(system)));
  const values = {};
  const rows = [];
  for (const { title, source, wasm = [] } of programs) {
    try {
      const { outputFiles } = await build({
        stdin: { contents: source, resolveDir: folder },
        bundle: true,
        minify: true,
        write: false,
        format: 'esm',
        platform: 'browser',
        target: 'es2022',
        logLevel: 'silent',
        // Libraries ask for these under Node only.
        external: [...builtinModules, 'node:*'],
        // What is published, not the sources that the repository's own paths lead to.
        tsconfigRaw: '{}',
      });
      const parts = [outputFiles[0].contents, ...wasm.map(readPart)];
      const minified = parts.reduce((sum, part) => sum + part.length, 0);
      const gzipped = parts.reduce((sum, part) => sum + gzipSync(part, { level: 9 }).length, 0);
      values[title] = { minified, gzipped };
      rows.push([title, formatBytes(minified), formatBytes(gzipped)]);
    } catch (error) {
      rows.push([title, error.message.split('\n')[0], '']);
    }
  }
  return {
    title: 'Bundle for the browser',
    header: ['program', 'minified', 'minified and gzipped'],
    rows,
    values,
    notes: ['WebAssembly included, inlined or fetched.'],
  };
}

function readPart(path) {
  const file = join(folder, 'node_modules', path);
  if (!existsSync(file)) throw new Error(`${path} is not installed`);
  return readFileSync(file);
}
