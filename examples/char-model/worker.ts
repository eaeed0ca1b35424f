import { type MessagePort, workerData } from 'node:worker_threads';
import { setThreads } from '@retrograd/kernels';
import { describeJob } from './describe-job.js';
import { useFastestKernels } from './fastest.js';
import { lineOf } from './line-of.js';
import { type Message, STOP } from './messages.js';
import type { GivenOptions } from './options.js';
import { prepare } from './prepare.js';
import { train } from './train.js';

/**
 * The thread that trains. A step keeps its thread busy, for minutes if the model is large; in a thread of its own it leaves the terminal and
 * Ctrl-C to the other one.
 */
export async function work(port: MessagePort): Promise<void> {
  const tell = (message: Message): void => port.postMessage(message);
  const stop = new AbortController();
  port.on('message', (message) => {
    if (message === STOP) stop.abort();
  });
  try {
    const given = workerData as GivenOptions;
    useFastestKernels();
    setThreads(given.options.threads);
    const job = prepare(given);
    const { settings, training } = job.start;
    tell({ kind: 'begin', firstStep: training?.step ?? 0, steps: settings.steps });
    tell({ kind: 'print', text: describeJob(job, given.options.threads) });
    await train(job, tell, stop.signal);
    tell({ kind: 'end', exitCode: 0, line: null });
  } catch (error) {
    const told = lineOf(error);
    if (told === null) throw error;
    tell({ kind: 'end', ...told });
  } finally {
    port.close();
  }
}
