import type { Replacement } from '../modules.js';
import { MESSAGE_UNITS, MODULES_AT, SPIN_MS, Word } from './control.js';

/** What a worker is given. */
export interface WorkerSetting {
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  /** Address of the worker's own work area. */
  readonly work: number;
  /** How it comes by the functions that replace some of the core, where there are such: as in `Replacement`. */
  readonly replace: Pick<Replacement, 'source' | 'setting'> | null;
}

/**
 * The whole program of a worker, as text, since a library cannot know where its files will lie. It takes pieces of jobs for as
 * long as it lives, and never returns to its event loop; modules are compiled when their first piece comes.
 *
 * A piece that fails counts as done, with a message left behind, so that the caller does not wait for it.
 */
export const workerSource = (): string => `
const run = ({ memory, control, work, replace }) => {
  const words = new Int32Array(control);
  const modules = new Map();
  let replacement = {};
  if (replace) {
    try {
      replacement = new Function('memory', 'setting', replace.source)(memory, replace.setting);
    } finally {
      Atomics.add(words, ${Word.loaded}, 1);
      Atomics.notify(words, ${Word.loaded});
    }
  }
  const load = (at, bytes, replaced) => {
    const key = replaced ? -at : at;
    if (modules.has(key)) return modules.get(key);
    const core = at === ${MODULES_AT} ? {} : load(${MODULES_AT}, words[${Word.coreBytes}], replaced).exports;
    const module = new WebAssembly.Module(new Uint8Array(control, at, bytes).slice());
    let { exports } = new WebAssembly.Instance(module, { env: { memory }, core });
    if (replaced && at === ${MODULES_AT}) exports = { ...exports, ...replacement };
    modules.set(key, { exports, functions: Object.values(exports) });
    return modules.get(key);
  };
  const perform = (piece) => {
    const { functions } = load(words[${Word.module}], words[${Word.moduleBytes}], words[${Word.replaced}] === 1);
    const args = [];
    for (let i = 0; i < words[${Word.arguments}]; i++) {
      args.push(words[${Word.values} + i] + piece * words[${Word.steps} + i]);
    }
    const share = words[${Word.share}];
    args[words[${Word.countAt}]] = Math.min(share, words[${Word.total}] - piece * share);
    if (words[${Word.workAt}] >= 0) args[words[${Word.workAt}]] = work;
    functions[words[${Word.export}]](...args);
  };
  const report = (error) => {
    const text = String(error).slice(0, ${MESSAGE_UNITS}) || 'an error';
    if (Atomics.compareExchange(words, ${Word.failure}, 0, text.length) !== 0) return;
    new Uint16Array(control, 4 * ${Word.message}, text.length).set(Array.from(text, (c) => c.charCodeAt(0)));
  };
  const sleep = () => {
    Atomics.add(words, ${Word.asleep}, 1);
    Atomics.wait(words, ${Word.open}, 0);
    Atomics.sub(words, ${Word.asleep}, 1);
  };
  Atomics.add(words, ${Word.ready}, 1);
  for (let spins = 0, until = 0; ; ) {
    const open = Atomics.load(words, ${Word.open});
    if (open > 0) {
      if (Atomics.compareExchange(words, ${Word.open}, open, open - 1) !== open) continue;
      try {
        perform(open - 1);
      } catch (error) {
        report(error);
      }
      Atomics.add(words, ${Word.done}, 1);
      if (Atomics.load(words, ${Word.callerAsleep}) === 1) Atomics.notify(words, ${Word.done});
      spins = 0;
    } else if (spins++ % 256 === 0) {
      const now = performance.now();
      if (spins === 1) until = now + ${SPIN_MS};
      else if (now > until) {
        sleep();
        spins = 0;
      }
    }
  }
};
const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads');
if (threads) run(threads.workerData);
else onmessage = ({ data }) => run(data);
`;
