#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { RetrogradError } from '@retrograd/kernels';
import { findLauncherProgram, type LauncherProgram } from './find-launcher.js';
import { answering } from './hosts.js';
import { launchArguments } from './launch-arguments.js';
import { HELP, type LaunchOptions, readLaunchOptions, UsageError } from './launch-options.js';
import { logToStderr as log } from './log.js';

/** From a wish to stop to the hard end; the processes themselves have 8 seconds. */
const GRACE_MS = 9000;

/** npm sends on the Ctrl-C that the terminal has already sent: what comes so soon is the same key press. */
const SAME_PRESS_MS = 500;

/** The signal that asked for an end; null as long as none did. */
let asked: NodeJS.Signals | null = null;

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const options = readLaunchOptions(args);
  if (options === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const launcher = findLauncherProgram();
  for (let restart = 0; ; restart++) {
    const code = await runOnce(launcher, options, restart > 0);
    if (asked !== null) return 128 + constants.signals[asked];
    if (code === 0 || restart === options.restarts) return code;
    log(`ended with exit code ${code}; restart ${restart + 1} of ${options.restarts}`);
  }
}

async function runOnce(launcher: LauncherProgram, options: LaunchOptions, again: boolean): Promise<number> {
  const hosts = again ? await answering(options.hosts) : options.hosts;
  if (hosts.length < options.hosts.length) {
    log(
      `going on with ${hosts.length} of ${options.hosts.length} hosts: ${hosts.map(({ name }) => name).join(', ')}`,
    );
    if (hosts.length === 0) return 1;
  }
  const node = [process.execPath, ...process.execArgv];
  const { args, env } = launchArguments(launcher.family, options, hosts, node);
  // A group of its own, as a Ctrl-C of the terminal would go to mpirun as well, which gives the processes a second.
  const child = spawn(launcher.path, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
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
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal as NodeJS.Signals]));
    });
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof RetrogradError)) throw error;
  log(error.message);
  process.exitCode = 2;
}
