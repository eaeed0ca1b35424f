import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../esbuild.config.mjs';

const UMBRELLA = 'packages/retrograd/src/index.ts';

function run(program, args, cwd) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
}

/** Bundles the library of a checkout into one file of it, by its own means. @returns the module */
export async function importLibrary(checkout) {
  const outdir = `build/bits-${process.pid}`;
  const source = `
    import { bundlePrograms } from './esbuild.config.mjs';
    await bundlePrograms(['${UMBRELLA}'], '${outdir}', { logLevel: 'error' });`;
  run(process.execPath, ['--input-type=module', '--eval', source], checkout);
  process.on('exit', () => rmSync(join(checkout, outdir), { recursive: true, force: true }));
  return import(pathToFileURL(join(checkout, outdir, UMBRELLA.replace(/\.ts$/, '.js'))).href);
}

/**
 * A clone of this repository at a commit, in a scratch folder with its packages installed. @returns the
 * folder
 */
export function checkOut(commit) {
  const folder = mkdtempSync(join(tmpdir(), 'retrograd-bits-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  run('git', ['clone', '--quiet', '--no-checkout', root, folder], root);
  run('git', ['checkout', '--quiet', commit], folder);
  run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], folder);
  return folder;
}
