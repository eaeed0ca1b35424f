import type { WasmMemory } from './memory.js';
import { instantiate } from './module.js';
import type { Routine } from './threads/job.js';

/** The modules of a kernel set, each compiled when it is first used. */
export class Modules {
  private readonly loaded = new Map<string, Record<string, Routine['call']>>();

  constructor(private readonly memory: WasmMemory) {}

  /** The exports of a module. @param code hexadecimal */
  exports<Exports>(code: string): Exports {
    let exports = this.loaded.get(code);
    if (exports === undefined) {
      exports = instantiate<Record<string, Routine['call']>>(code, this.memory.memory, this.memory.shared);
      this.loaded.set(code, exports);
    }
    return exports as Exports;
  }

  /** One export, as a routine that threads can share. */
  routine(code: string, name: string): Routine {
    const exports = this.exports<Record<string, Routine['call']>>(code);
    return { code, index: Object.keys(exports).indexOf(name), call: exports[name] };
  }

  /** `name32` and `name64`. */
  pair(code: string, name: string): Pair {
    return { float32: this.routine(code, `${name}32`), float64: this.routine(code, `${name}64`) };
  }
}

/** A routine for each dtype. */
export type Pair = Readonly<Record<'float32' | 'float64', Routine>>;
