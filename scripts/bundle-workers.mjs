/**
 * Bundles the programs of workers, each to a string: <folder>/<name>.ts becomes <folder>/bundled/<name>.ts,
 * which exports it as `<name>Source`.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { replaceFile, root } from './generated-files.mjs';

const programs = [
  { entry: 'packages/kernels/src/wasm/threads/worker.ts' },
  // The body of a function of `setting`, run inside of a worker of the kernels.
  { entry: 'packages/blas/src/worker-products.ts', end: 'return program.overridesOf(setting);' },
];

/** @param end code that follows, in which the exports of the program are called `program` */
async function bundle({ entry, end }) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: end && 'program',
    target: 'es2022',
    platform: 'neutral',
    tsconfig: 'tsconfig.json',
  });
  const text = `${outputFiles[0].text.trim()}${end ?? ''}`;
  const name = basename(entry, '.ts');
  const words = name.replace(/-./g, ([, letter]) => letter.toUpperCase());
  // The type is written out, or the declaration file would repeat the text.
  const file = `// From ${entry}.\nexport const ${words}Source: string =\n  ${JSON.stringify(text)};\n`;
  const output = join(root, dirname(entry), 'bundled', `${name}.ts`);
  if (existsSync(output) && readFileSync(output, 'utf8') === file) return;
  mkdirSync(dirname(output), { recursive: true });
  replaceFile(output, file);
}

export const bundleWorkers = () => Promise.all(programs.map(bundle));
