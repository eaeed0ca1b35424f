import { parseArgs } from 'node:util';

/** A machine, and how many processes it may run. */
export interface Host {
  readonly name: string;
  readonly slots: number;
}

/** What the command line asks for. */
export interface LaunchOptions {
  /** Processes; undefined for as many as there are slots. */
  readonly processes: number | undefined;
  /** None for this machine alone. */
  readonly hosts: readonly Host[];
  readonly restarts: number;
  readonly allowRoot: boolean;
  /** The program and its arguments. */
  readonly program: readonly string[];
}

export const HELP = `Usage: retrograd-mpi [-n 4] [--hosts a:2,b:2] [--restarts 3] train.js [arguments]

Runs a program of Node as several processes that train together, by the mpirun (or mpiexec) that is installed.

  -n N                 processes (default: one a slot of the hosts, or one a core of this machine)
  --hosts a:2,b:2      machines, and how many processes each may run (default: this one)
  --restarts N         start again so often when a process fails; with --hosts, on those that answer (default: 0)
  --allow-run-as-root  Open MPI refuses root otherwise
  -h, --help           show this

Ctrl-C (or SIGTERM) lets all processes finish the step and save; twice, it ends them at once.
RETROGRAD_MPIRUN names another mpirun, RETROGRAD_MPI another library. Settings of Open MPI go by environment variables, OMPI_MCA_<name>.
`;

/** A mistake on the command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @returns null when all that was asked for is help. @throws UsageError */
export function readLaunchOptions(args: readonly string[]): LaunchOptions | null {
  // What comes after the program belongs to it.
  const at = args.findIndex((word, i) => !word.startsWith('-') && !takesValue(args[i - 1]));
  const own = at < 0 ? args : args.slice(0, at);
  const values = parse(own);
  if (values.help) return null;
  if (at < 0) throw new UsageError('a program is missing: retrograd-mpi -n 2 train.js');
  return {
    processes: values.n === undefined ? undefined : count('-n', values.n, 1),
    hosts: values.hosts === undefined ? [] : values.hosts.split(',').map(readHost),
    restarts: count('--restarts', values.restarts ?? '0', 0),
    allowRoot: values['allow-run-as-root'] ?? false,
    program: args.slice(at),
  };
}

const takesValue = (word: string | undefined): boolean =>
  ['-n', '--hosts', '--restarts'].includes(word ?? '');

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        n: { type: 'string', short: 'n' },
        hosts: { type: 'string' },
        restarts: { type: 'string' },
        'allow-run-as-root': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readHost(text: string): Host {
  const [, name, slots = '1'] = text.match(/^([^\s:,]+)(?::(\d+))?$/) ?? [];
  if (name === undefined) throw new UsageError(`--hosts must be like a:2,b:2, got '${text}' in it`);
  return { name, slots: count('--hosts', slots, 1) };
}

function count(option: string, text: string, least: number): number {
  const n = Number(text);
  if (/^\d+$/.test(text) && n >= least && n <= 100_000) return n;
  throw new UsageError(`${option} must be an integer of at least ${least}, got '${text}'`);
}
