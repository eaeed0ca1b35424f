/** What the tests of threads in Node need: processes of their own. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Threads of this process, where the system tells. */
export const threadsOfProcess = (): number =>
  existsSync('/proc/self/task') ? readdirSync('/proc/self/task').length : 0;

let built: Promise<unknown> | null = null;

/** Plays a scene of threads-scenes.ts in a process of its own, with a time limit. */
export async function runChild(scene: string): Promise<{ code: number | null; output: string }> {
  const outfile = join(dirname(fileURLToPath(import.meta.url)), 'threads-scenes.js');
  built ??= build({
    entryPoints: ['test/kernels/threads-scenes.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    tsconfig: 'tsconfig.json',
    logLevel: 'silent',
  });
  await built;
  const child = spawn(process.execPath, [outfile, scene], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output: output.trim() })));
}
