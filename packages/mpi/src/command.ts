#!/usr/bin/env node
import { constants } from 'node:os';
import { RetrogradError } from '@retrograd/kernels';
import { findLauncherProgram } from './find-launcher.js';
import { answering } from './hosts.js';
import { launchArguments } from './launch-arguments.js';
import { HELP, type Host, readLaunchOptions, UsageError } from './launch-options.js';
import { logToStderr as log } from './log.js';
import { runLauncher } from './run-launcher.js';

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const options = readLaunchOptions(args);
  if (options === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const launcher = findLauncherProgram();
  const node = [process.execPath, ...process.execArgv];
  let { hosts } = options;
  for (let restart = 0; ; restart++) {
    const launch = launchArguments(launcher.family, options, hosts, node);
    const { code, asked } = await runLauncher(launcher, launch);
    if (asked !== null) return 128 + constants.signals[asked];
    if (code === 0 || restart === options.restarts) return code;
    log(`ended with exit code ${code}; restart ${restart + 1} of ${options.restarts}`);
    hosts = await hostsLeft(options.hosts);
    if (hosts.length === 0 && options.hosts.length > 0) return code;
  }
}

/** A machine may have been what failed. */
async function hostsLeft(hosts: readonly Host[]): Promise<readonly Host[]> {
  const left = await answering(hosts);
  if (left.length < hosts.length) {
    const names = left.map(({ name }) => name).join(', ') || 'none';
    log(`${left.length} of ${hosts.length} hosts answer: ${names}`);
  }
  return left;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof RetrogradError)) throw error;
  log(error.message);
  process.exitCode = 2;
}
