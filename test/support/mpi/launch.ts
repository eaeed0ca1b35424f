/** Runs programs under a launcher of MPI, where there is one. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** A folder for the files of one test file. */
export const folder = mkdtempSync(join(tmpdir(), 'retrograd-mpi-'));
// Inside the repository, so that the programs find the packages that they import.
const built = resolve('build', `mpi-${process.pid}`);
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(built, { recursive: true, force: true });
});

/** Open MPI's launcher; null where it is not installed. */
export const mpirun: string | null = ((): string | null => {
  const { error, stdout } = spawnSync('mpirun', ['--version'], { encoding: 'utf8' });
  return !error && /Open MPI/.test(stdout) ? 'mpirun' : null;
})();

/** What is not tested must be seen: one line, in a test of its own. @returns whether there is no launcher */
export function skipped(test: (title: string, run: () => void) => void, what: string): boolean {
  if (mpirun !== null) return false;
  test('nothing to test with: this machine has no mpirun of Open MPI', () => {
    console.log(`SKIPPED: ${what}, as there is no mpirun of Open MPI`);
  });
  return true;
}

/** Bundles programs of this repository. @returns the path of each */
export async function bundle<Name extends string>(
  sources: Record<Name, string>,
): Promise<Record<Name, string>> {
  await build({
    entryPoints: Object.entries<string>(sources).map(([out, source]) => ({ in: source, out })),
    outdir: built,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    tsconfig: 'tsconfig.json',
    logLevel: 'error',
  });
  const names = Object.keys(sources) as Name[];
  return Object.fromEntries(names.map((name) => [name, join(built, `${name}.js`)])) as Record<Name, string>;
}

/** Root may run things in a test, and there may be more ranks than cores. */
export const environment = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
  OMPI_MCA_mpi_yield_when_idle: '1',
  RETROGRAD_KERNELS: process.env.RETROGRAD_KERNELS ?? 'wasm-simd',
};

export interface Outcome {
  /** Exit code; null when a signal ended the launcher. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly seconds: number;
}

export interface Running {
  readonly child: ChildProcess;
  /** The output so far. */
  out(): string;
  /** Waits until the output contains a text. */
  seen(text: string | RegExp): Promise<void>;
  readonly outcome: Promise<Outcome>;
}

/** Longer than any run of a test takes. */
const LIMIT_MS = 60_000;

export function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const began = performance.now();
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const texts = { out: '', err: '' };
  const waiting = new Set<() => void>();
  const collect = (name: 'out' | 'err') => (chunk: string) => {
    texts[name] += chunk;
    for (const look of waiting) look();
  };
  child.stdout?.setEncoding('utf8').on('data', collect('out'));
  child.stderr?.setEncoding('utf8').on('data', collect('err'));
  const outcome = new Promise<Outcome>((done) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code, ...texts, seconds: (performance.now() - began) / 1000 });
    });
  });
  const seen = (text: string | RegExp): Promise<void> =>
    new Promise((done, failed) => {
      const look = (): void => {
        if (typeof text === 'string' ? texts.out.includes(text) : text.test(texts.out)) {
          waiting.delete(look);
          done();
        }
      };
      waiting.add(look);
      look();
      void outcome.then(({ out, err }) => failed(new Error(`no ${text} in:\n${out}${err}`)));
    });
  return { child, out: () => texts.out, seen, outcome };
}

/** `mpirun -n size node program args`. */
export const startRanks = (
  size: number,
  program: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Running =>
  start('mpirun', ['-n', String(size), '--bind-to', 'none', process.execPath, program, ...args], env);

export const runRanks = (
  size: number,
  program: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> => startRanks(size, program, args, env).outcome;
