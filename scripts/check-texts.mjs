/**
 * Part of `npm run check`: no file of the repository names a path of one machine or a host that packages come
 * from.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../esbuild.config.mjs';

const BINARY = /\.(png|jpg|gif|bin|safetensors|wasm|tgz)$/;
const PATH = /(^|[\s'"`(=])\/(root|home|work|Users|tmp|mnt|srv)\/[\w.]/;
const HOST = /\bregistry\.[\w-]+\.[a-z]{2,}/;

const { status, stdout, stderr } = spawnSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'],
  { cwd: root, encoding: 'utf8' },
);
if (status !== 0) {
  console.error(`the files of the repository cannot be listed: ${stderr}`);
  process.exit(1);
}
const files = stdout
  .split('\n')
  .filter((path) => path !== '' && !BINARY.test(path) && existsSync(join(root, path)));
let found = 0;
for (const path of files) {
  for (const [i, line] of readFileSync(join(root, path), 'utf8').split('\n').entries()) {
    if (!PATH.test(line) && !HOST.test(line)) continue;
    console.error(
      `${path}:${i + 1}: names a path of one machine or a package host: ${line.trim().slice(0, 120)}`,
    );
    found++;
  }
}
process.exitCode = found > 0 ? 1 : 0;
