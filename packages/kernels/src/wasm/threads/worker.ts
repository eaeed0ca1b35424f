/**
 * The program of a worker. It stands for itself: scripts/bundle-workers.mjs makes a string of it, since a
 * library cannot know where its files will be. A worker takes pieces of jobs for as long as it lives, and
 * never returns to its event loop.
 */
import type { ImportOverrides } from '../linker.js';
import { MESSAGE_UNITS, MODULES_AT, SPIN_MS, Word } from './control.js';

/** What a worker is given. */
export interface WorkerSetting {
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  /** Address of the worker's own work area. */
  readonly work: number;
  /** How it makes the functions that override some of the core's, if there are any. */
  readonly overrides: Pick<ImportOverrides, 'source' | 'setting'> | null;
}

type Functions = Readonly<Record<string, (...args: unknown[]) => void>>;

/** A module, compiled when its first piece comes. */
interface Loaded {
  readonly exports: Functions;
  /** The exports in order: a job names them by number. */
  readonly functions: readonly Functions[string][];
}

function run({ memory, control, work, overrides }: WorkerSetting): never {
  const words = new Int32Array(control);
  const overriding = overrides && makeOverrides(overrides, words);
  const modules = new Map<number, Loaded>();

  function load(at: number, bytes: number, overridden: boolean): Loaded {
    const key = overridden ? -at : at;
    const before = modules.get(key);
    if (before !== undefined) return before;
    const isCore = at === MODULES_AT;
    const core = isCore ? {} : load(MODULES_AT, words[Word.coreBytes], overridden).exports;
    // The compiler takes no shared memory: a copy.
    const module = new WebAssembly.Module(new Uint8Array(control, at, bytes).slice());
    const own = new WebAssembly.Instance(module, { env: { memory }, core }).exports as Functions;
    const exports = isCore && overridden ? { ...own, ...overriding } : own;
    const loaded = { exports, functions: Object.values(exports) };
    modules.set(key, loaded);
    return loaded;
  }

  function perform(piece: number): void {
    const overridden = words[Word.overridden] === 1;
    const { functions } = load(words[Word.module], words[Word.moduleBytes], overridden);
    const args: number[] = [];
    for (let i = 0; i < words[Word.arguments]; i++) {
      args.push(words[Word.values + i] + piece * words[Word.steps + i]);
    }
    const share = words[Word.share];
    args[words[Word.countAt]] = Math.min(share, words[Word.total] - piece * share);
    if (words[Word.workAt] >= 0) args[words[Word.workAt]] = work;
    functions[words[Word.export]](...args);
  }

  /** A piece that fails counts as done, and leaves a message, so that the caller does not wait for it. */
  function report(error: unknown): void {
    const text = String(error).slice(0, MESSAGE_UNITS) || 'an error';
    if (Atomics.compareExchange(words, Word.failure, 0, text.length) !== 0) return;
    const units = new Uint16Array(control, 4 * Word.message, text.length);
    units.set(Array.from(text, (character) => character.charCodeAt(0)));
  }

  function sleep(): void {
    Atomics.add(words, Word.asleep, 1);
    Atomics.wait(words, Word.open, 0);
    Atomics.sub(words, Word.asleep, 1);
  }

  Atomics.add(words, Word.ready, 1);
  for (let spins = 0, until = 0; ; ) {
    const open = Atomics.load(words, Word.open);
    if (open > 0) {
      if (Atomics.compareExchange(words, Word.open, open, open - 1) !== open) continue;
      try {
        perform(open - 1);
      } catch (error) {
        report(error);
      }
      Atomics.add(words, Word.done, 1);
      if (Atomics.load(words, Word.callerAsleep) === 1) Atomics.notify(words, Word.done);
      spins = 0;
    } else if (spins++ % 256 === 0) {
      const now = performance.now();
      if (spins === 1) until = now + SPIN_MS;
      else if (now > until) {
        sleep();
        spins = 0;
      }
    }
  }
}

/** Whether it succeeds or not, the caller learns that it is over: it waits for that. */
function makeOverrides(
  { source, setting }: Pick<ImportOverrides, 'source' | 'setting'>,
  words: Int32Array,
): Functions {
  try {
    return new Function('setting', source)(setting);
  } finally {
    Atomics.add(words, Word.loaded, 1);
    Atomics.notify(words, Word.loaded);
  }
}

const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
const threads = process?.getBuiltinModule?.('node:worker_threads') as
  | { workerData: WorkerSetting }
  | undefined;
if (threads) run(threads.workerData);
else globalThis.onmessage = ({ data }: MessageEvent<WorkerSetting>) => run(data);
