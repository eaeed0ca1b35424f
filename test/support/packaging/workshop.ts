import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionalPackages } from '../repository-files.js';

export const root = process.cwd();

/** An empty folder outside the repository, removed when the tests end. */
export const shop = mkdtempSync(join(tmpdir(), 'retrograd-pack-'));
process.on('exit', () => rmSync(shop, { recursive: true, force: true }));

/** The surroundings without what an outer `npm test` left there about its own project. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|config_local_prefix|config_prefix)/.test(name),
  ),
);

/** Runs a program to its end and gives its output; throws with everything it said when it fails. */
export function run(program: string, args: string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    shell: program === 'npm' && process.platform === 'win32',
    maxBuffer: 1 << 26,
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

export const node = (args: string[], cwd: string) => run(process.execPath, args, cwd);

export interface Packed {
  name: string;
  filename: string;
  files: { path: string }[];
}

/** Builds all packages and packs them into shop/tarballs. */
export function packAll(): Packed[] {
  const tarballs = join(shop, 'tarballs');
  mkdirSync(tarballs);
  node(['esbuild.config.mjs', 'packages', '--quiet'], root);
  const output: unknown = JSON.parse(
    run('npm', ['pack', '--workspaces', '--json', '--pack-destination', tarballs], root),
  );
  // npm 12 prints an object by name where older ones print a list.
  return (Array.isArray(output) ? output : Object.values(output as object)) as Packed[];
}

/** A project of a user: an empty folder with the tarballs installed, but for the optional packages. */
export function installAll(): string {
  const user = join(shop, 'user');
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
  const tarballs = readdirSync(join(shop, 'tarballs'))
    .filter((name) => !optionalPackages.some((optional) => name.startsWith(`retrograd-${optional}-`)))
    .map((name) => join(shop, 'tarballs', name));
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  run('npm', ['install', ...quiet, ...tarballs], user);
  return user;
}
