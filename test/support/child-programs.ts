/** What the tests of threads in Node need: processes of their own. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Threads of this process, where the system tells. */
export const threadsOfProcess = (): number =>
  existsSync('/proc/self/task') ? readdirSync('/proc/self/task').length : 0;

const built = new Map<string, Promise<unknown>>();

/** Runs a program of this repository in a process of its own, with an argument and a time limit. */
export async function runChild(
  argument: string,
  source = 'test/support/thread-scenarios.ts',
): Promise<{ code: number | null; output: string }> {
  const outfile = join(dirname(fileURLToPath(import.meta.url)), basename(source).replace('.ts', '.js'));
  const building =
    built.get(source) ??
    build({
      entryPoints: [source],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      tsconfig: 'tsconfig.json',
      logLevel: 'silent',
    });
  built.set(source, building);
  await building;
  const child = spawn(process.execPath, [outfile, argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output: output.trim() })));
}
