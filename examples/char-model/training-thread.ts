import { writeSync } from 'node:fs';
import { type MessagePort, workerData } from 'node:worker_threads';
import { setThreads } from '@retrograd/kernels';
import type { DistributedWorld } from '@retrograd/mpi';
import { chooseKernels } from './choose-kernels.js';
import { describeJob } from './describe-job.js';
import { errorLine } from './error-line.js';
import { joinWorld, shareJob } from './join-world.js';
import { type Message, STOP } from './messages.js';
import type { GivenOptions } from './options.js';
import { prepareJob } from './prepare-job.js';
import { train } from './train.js';

/**
 * The thread that trains. A step keeps its thread busy, for minutes if the model is large; so the training
 * has a thread of its own, and the main thread keeps the terminal and Ctrl-C responsive.
 */
export async function runTrainingThread(port: MessagePort): Promise<void> {
  let world: DistributedWorld | null = null;
  // The first process speaks for all; the others only wait for signals and tell when they have ended.
  const tell = (message: Message): void => {
    const silent = world !== null && world.rank > 0 && (message.kind === 'print' || message.kind === 'step');
    if (!silent) port.postMessage(message);
  };
  const stop = new AbortController();
  port.on('message', (message) => {
    if (message === STOP) stop.abort();
  });
  try {
    const given = workerData as GivenOptions;
    chooseKernels();
    setThreads(given.options.threads);
    const prepared = prepareJob(given);
    world = await joinWorld();
    const job = world === null ? prepared : shareJob(prepared, world);
    const { settings, training } = job.start;
    const rank = world?.rank ?? null;
    tell({ kind: 'begin', firstStep: training?.step ?? 0, steps: settings.steps, rank });
    tell({ kind: 'print', text: describeJob(job, given.options.threads) });
    await train(job, tell, stop.signal);
    tell({ kind: 'end', exitCode: 0, line: null });
  } catch (error) {
    const known = errorLine(error);
    if (known === null) throw error;
    // The others would wait for this process: all end, and the line has to be out before.
    if (world !== null) {
      writeSync(2, `char-model: ${known.line}\n`);
      process.exit(known.exitCode);
    }
    tell({ kind: 'end', ...known });
  } finally {
    port.close();
  }
}
