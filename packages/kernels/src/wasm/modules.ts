import { coreCode } from './binaries/core.js';
import type { WasmMemory } from './memory.js';
import { decode } from './module.js';
import type { Routine } from './threads/job.js';

type Exports = Readonly<Record<string, Routine['call']>>;

/** A module, ready to be called here, and its bytes for other threads. */
interface Loaded {
  readonly bytes: Uint8Array;
  readonly exports: Exports;
}

/** The modules of a kernel set, each compiled when it is first used, and linked to the core (assembly/core.ts). */
export class Modules {
  private readonly loaded = new Map<string, Loaded>();

  /** @param fused whether multiplications and additions are fused (relaxed SIMD) */
  constructor(
    private readonly memory: WasmMemory,
    private readonly fused: boolean,
  ) {}

  /** The exports of a module. @param code as scripts/assemble.mjs writes it */
  exports<E>(code: string): E {
    return this.load(code).exports as E;
  }

  /** One export, as a routine that threads can share. */
  routine(code: string, name: string): Routine {
    const { bytes, exports } = this.load(code);
    return {
      core: this.load(coreCode).bytes,
      module: bytes,
      index: Object.keys(exports).indexOf(name),
      call: exports[name],
    };
  }

  /** `name32` and `name64`. */
  pair(code: string, name: string): Pair {
    return { float32: this.routine(code, `${name}32`), float64: this.routine(code, `${name}64`) };
  }

  /** Compiles and links at once: modules are small. */
  private load(code: string): Loaded {
    let loaded = this.loaded.get(code);
    if (loaded === undefined) {
      const { memory, shared } = this.memory;
      const bytes = decode(code, { shared, fused: this.fused });
      const core = code === coreCode ? {} : this.exports<WebAssembly.ModuleImports>(coreCode);
      const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory }, core });
      loaded = { bytes, exports: instance.exports as Exports };
      this.loaded.set(code, loaded);
    }
    return loaded;
  }
}

/** A routine for each dtype. */
export type Pair = Readonly<Record<'float32' | 'float64', Routine>>;
