import { workerSource } from './bundled/worker.js';
import type { WorkerSetting } from './worker.js';

/** A running worker. */
export interface RunningWorker {
  end(): void;
}

/** The part of Node's worker_threads that is used. */
interface NodeThreads {
  Worker: new (source: string, options: object) => NodeWorker;
}

interface NodeWorker {
  on(event: 'error' | 'exit', listener: () => void): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

let url: string | null = null;

/**
 * Starts a worker: a thread of Node that does not keep the process alive, or a Web Worker.
 * @param onEnd called when it ends, for whatever reason
 * @returns null where there are no workers
 */
export function startWorker(setting: WorkerSetting, onEnd: () => void): RunningWorker | null {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const node = process?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined;
  try {
    if (node !== undefined) return startInNode(node, setting, onEnd);
    if (typeof Worker !== 'undefined') return startInPage(setting, onEnd);
  } catch {
    // A page's security policy may refuse workers. Then the caller computes alone.
  }
  return null;
}

function startInNode({ Worker }: NodeThreads, workerData: WorkerSetting, onEnd: () => void): RunningWorker {
  // Without the process's options and environment: a module loader named there must not run in a worker.
  const worker = new Worker(workerSource, { eval: true, workerData, execArgv: [], env: {} });
  worker.on('error', onEnd);
  worker.on('exit', onEnd);
  worker.unref();
  return { end: () => void worker.terminate() };
}

function startInPage(setting: WorkerSetting, onEnd: () => void): RunningWorker {
  url ??= URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onerror = (event) => {
    event.preventDefault();
    onEnd();
  };
  worker.postMessage(setting);
  return { end: () => worker.terminate() };
}
