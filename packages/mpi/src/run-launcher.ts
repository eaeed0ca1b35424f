import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { LauncherProgram } from './find-launcher.js';
import type { Launch } from './launch-arguments.js';
import { ENDING, TIMED_OUT } from './watchdog.js';

/** From a wish to stop to the hard end; the processes themselves have 8 seconds. */
const GRACE_MS = 9000;

/** npm sends on the Ctrl-C that the terminal has already sent: what comes so soon is the same key press. */
const SAME_PRESS_MS = 500;

/** From a watchdog's word to the end of a launcher that waits for a machine which it cannot reach. */
const ABANDON_MS = 6000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface LaunchResult {
  readonly code: number;
  /** The signal that asked this process for an end; null when none did. */
  readonly asked: NodeJS.Signals | null;
}

/** Runs the launcher to its end, and hands signals on to it. */
export async function runLauncher({ path }: LauncherProgram, { args, env }: Launch): Promise<LaunchResult> {
  // A group of its own, as a Ctrl-C of the terminal would go to mpirun as well, which gives the processes a
  // second.
  const child = spawn(path, args, {
    env: { ...env, ...process.env },
    stdio: ['ignore', 'inherit', 'pipe'],
    detached: true,
  });
  let asked: NodeJS.Signals | null = null;
  let since = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked !== null) {
      if (performance.now() - since > SAME_PRESS_MS) child.kill('SIGTERM');
      return;
    }
    asked = signal;
    since = performance.now();
    // mpirun hands this one on, on all machines.
    child.kill('SIGUSR2');
    setTimeout(() => child.kill('SIGTERM'), GRACE_MS).unref();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  let timedOut = false;
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    process.stderr.write(chunk);
    if (timedOut || !chunk.includes(ENDING)) return;
    timedOut = true;
    setTimeout(() => child.kill('SIGKILL'), ABANDON_MS).unref();
  });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => {
        const other = timedOut ? TIMED_OUT : 128 + constants.signals[signal as NodeJS.Signals];
        resolve(status ?? other);
      });
    });
    return { code, asked };
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
