/** A contestant's single call as a program of one file, and the time that the whole process takes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIMIT = 60_000;
const bench = fileURLToPath(new URL('../..', import.meta.url));
/** As deep as the contestants, which look for packages from where they are. */
const programsFolder = join(bench, 'build/cold');

/** The program of a contestant. */
export const programOf = (contestant) => join(programsFolder, basename(contestant));

/** Writes the program of each contestant (by its module), packages left out. */
export async function writePrograms(contestants) {
  const { build } = await import('esbuild');
  for (const contestant of contestants) {
    await build({
      stdin: {
        contents: `import { prepare } from ${JSON.stringify(contestant)};
          import { callOnce } from './src/extra/cold.mjs';
          await callOnce(prepare);`,
        resolveDir: bench,
      },
      outfile: programOf(contestant),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      // Not the sources that the repository's own paths lead to.
      tsconfigRaw: '{}',
      logLevel: 'warning',
    });
  }
}

export const removePrograms = () => rmSync(programsFolder, { recursive: true, force: true });

/** Milliseconds from a process's start to its end. @throws Error when it fails */
export async function timeProcess({ file, args, env = {} }) {
  const start = performance.now();
  const child = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT,
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const [code, signal] = await once(child, 'exit');
  const milliseconds = performance.now() - start;
  if (code !== 0) throw new Error(signal ?? /^.*Error.*$/m.exec(errors)?.[0] ?? `exit code ${code}`);
  return milliseconds;
}
