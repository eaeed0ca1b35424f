import { Worker } from 'node:worker_threads';
import type { Ending, Slot, Task } from './slot.js';

type Message =
  | { readonly kind: 'report'; readonly step: number; readonly value: number }
  | { readonly kind: 'end'; readonly result?: unknown; readonly error: string | null };

/** Text, as the worker has no file of its own: a program may be bundled in any way. */
const SOURCE = `
  const { parentPort, workerData } = require('node:worker_threads');
  const loaded = import(workerData);
  loaded.catch(() => {});
  let controller;
  parentPort.on('message', async ({ kind, job }) => {
    if (kind === 'prune') return controller?.abort();
    controller = new AbortController();
    const report = (step, value) => parentPort.postMessage({ kind: 'report', step, value });
    try {
      const { run } = await loaded;
      const result = await run(job, { report, signal: controller.signal });
      parentPort.postMessage({ kind: 'end', result, error: null });
    } catch (error) {
      parentPort.postMessage({ kind: 'end', error: String(error?.stack ?? error) });
    }
  });
`;

/**
 * A worker thread that runs one job after the other. After one that takes the thread down with it, the next
 * gets a new thread.
 */
export class WorkerSlot implements Slot {
  private worker: Worker | null = null;

  /** @param module the URL of a module that exports `run`, which runs a job */
  constructor(private readonly module: string) {}

  async run({ job, report }: Task): Promise<Ending> {
    const began = performance.now();
    this.worker ??= new Worker(SOURCE, { eval: true, workerData: this.module });
    const { worker } = this;
    const ending = await new Promise<Omit<Ending, 'seconds'>>((resolve) => {
      worker.removeAllListeners();
      worker.on('message', (message: Message) => {
        if (message.kind === 'report') report(message.step, message.value);
        else resolve({ result: message.result, error: message.error });
      });
      worker.on('error', (error) => {
        this.worker = null;
        resolve({ error: error.stack ?? String(error) });
      });
      worker.on('exit', (code) => {
        this.worker = null;
        resolve({ error: `the thread of the job ended with exit code ${code}` });
      });
      worker.postMessage({ kind: 'run', job });
    });
    return { ...ending, seconds: (performance.now() - began) / 1000 };
  }

  prune(): void {
    this.worker?.postMessage({ kind: 'prune' });
  }

  async close(): Promise<void> {
    this.worker?.removeAllListeners();
    await this.worker?.terminate();
    this.worker = null;
  }
}
