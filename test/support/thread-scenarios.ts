/**
 * One scene, named on the command line, in a process of its own, which must end by itself: what is missing or
 * different there, then some products on as many threads as come, then their number.
 */
import { resolveObjectURL } from 'node:buffer';
import { Worker as NodeWorker } from 'node:worker_threads';
import { currentKernels, setThreads } from '@retrograd/kernels';
import { tanhOf } from '@retrograd/kernels/internal';

const scope = globalThis as Record<string, unknown>;
const hideNode = 'process.getBuiltinModule = undefined;';

/** A Web Worker's interface over a thread of Node, in which nothing tells that it is one. */
class PageWorker {
  private readonly thread: Promise<NodeWorker>;

  constructor(url: string) {
    this.thread = this.start(url);
  }

  private async start(url: string): Promise<NodeWorker> {
    const source = await resolveObjectURL(url)!.text();
    const receive =
      "require('node:worker_threads').parentPort.once('message', (data) => onmessage({ data }));";
    const thread = new NodeWorker(`${receive} ${hideNode} ${source}`, { eval: true });
    thread.unref();
    return thread;
  }

  postMessage(message: unknown): void {
    void this.thread.then((thread) => thread.postMessage(message));
  }

  terminate(): void {
    void this.thread.then((thread) => thread.terminate());
  }
}

const scenes: Record<string, () => void> = {
  idle: () => {},
  starting: () => {},
  'no shared memory': () => {
    scope.SharedArrayBuffer = undefined;
  },
  'no workers': () => {
    process.getBuiltinModule = undefined as never;
    scope.Worker = undefined;
  },
  'workers refused': () => {
    process.getBuiltinModule = undefined as never;
    scope.Worker = class {
      constructor() {
        throw new Error('refused');
      }
    };
  },
  'workers fail': () => {
    const get = process.getBuiltinModule as (name: string) => unknown;
    class Worker extends NodeWorker {
      constructor() {
        super('throw new Error("no")', { eval: true });
      }
    }
    process.getBuiltinModule = ((name: string) =>
      name.includes('worker') ? { Worker } : get(name)) as never;
  },
  page: () => {
    process.getBuiltinModule = undefined as never;
    scope.Worker = PageWorker;
  },
};

const [, , scene] = process.argv;
const print = console.log;
scenes[scene]();
setThreads(2);
const { sequence } = currentKernels();
const n = 1 << 15;
const x = sequence.take('float32', n);
const waits = scene === 'idle' || scene === 'page';
// Where no second thread is to come, it is given some time all the same.
const end = performance.now() + (waits ? 30_000 : 500);
do {
  x.data.fill(0.5);
  tanhOf(sequence, n, x, 0);
  if (scene === 'starting') break;
  await new Promise((resolve) => setTimeout(resolve, 1));
} while (sequence.threads < 2 && performance.now() < end);
for (let i = 0; i < 100 && scene !== 'starting'; i++) {
  x.data.fill(0.5);
  tanhOf(sequence, n, x, 0);
  if (!x.data.every((v) => Math.abs(v - Math.tanh(0.5)) < 1e-6)) print('wrong numbers');
}
print(`threads ${sequence.threads}`);
