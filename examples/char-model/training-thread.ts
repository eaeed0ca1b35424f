import { type MessagePort, workerData } from 'node:worker_threads';
import { setThreads } from '@retrograd/kernels';
import { chooseKernels } from './choose-kernels.js';
import { describeJob } from './describe-job.js';
import { errorLine } from './error-line.js';
import { type Message, STOP } from './messages.js';
import type { GivenOptions } from './options.js';
import { prepareJob } from './prepare-job.js';
import { train } from './train.js';

/**
 * The thread that trains. A step keeps its thread busy, for minutes if the model is large; so the training
 * has a thread of its own, and the main thread keeps the terminal and Ctrl-C responsive.
 */
export async function runTrainingThread(port: MessagePort): Promise<void> {
  const tell = (message: Message): void => port.postMessage(message);
  const stop = new AbortController();
  port.on('message', (message) => {
    if (message === STOP) stop.abort();
  });
  try {
    const given = workerData as GivenOptions;
    chooseKernels();
    setThreads(given.options.threads);
    const job = prepareJob(given);
    const { settings, training } = job.start;
    tell({ kind: 'begin', firstStep: training?.step ?? 0, steps: settings.steps });
    tell({ kind: 'print', text: describeJob(job, given.options.threads) });
    await train(job, tell, stop.signal);
    tell({ kind: 'end', exitCode: 0, line: null });
  } catch (error) {
    const known = errorLine(error);
    if (known === null) throw error;
    tell({ kind: 'end', ...known });
  } finally {
    port.close();
  }
}
