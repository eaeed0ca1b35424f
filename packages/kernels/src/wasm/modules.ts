import { coreCode } from './binaries/core.js';
import { decodeBinary, type WasmModule } from './decode-binary.js';
import type { WasmMemory } from './memory.js';
import type { Routine } from './threads/job.js';

type Exports = Readonly<Record<string, Routine['call']>>;

/** Functions of the core that a set computes otherwise. */
export interface Replacement {
  /** By their names, for this thread. */
  readonly exports: Exports;
  /** How a worker comes by the same functions: the body of a function of the WebAssembly memory and `setting`. */
  readonly source: string;
  readonly setting: unknown;
}

/** A module, ready to be called here, and its bytes for other threads. */
interface Loaded {
  readonly bytes: Uint8Array;
  readonly exports: Exports;
}

/** The modules of a kernel set, each compiled when it is first used, and linked to the core (assembly/core.ts). */
export class Modules {
  private readonly loaded = new Map<WasmModule, Loaded>();

  /**
   * @param fused       whether multiplications and additions are fused (relaxed SIMD)
   * @param replacement what the modules are linked to in place of functions of the core
   * @param decoded     bytes of modules by their code, shared with a set of modules over the same memory
   */
  constructor(
    private readonly memory: WasmMemory,
    private readonly fused: boolean,
    private readonly replacement: Replacement | null = null,
    readonly decoded = new Map<WasmModule, Uint8Array<ArrayBuffer>>(),
  ) {}

  /** The exports of a module. @param code as scripts/assemble.mjs writes it */
  exports<E>(code: WasmModule): E {
    return this.load(code).exports as E;
  }

  /** One export, as a routine that threads can share. */
  routine(code: WasmModule, name: string): Routine {
    const { bytes, exports } = this.load(code);
    return {
      core: this.load(coreCode).bytes,
      module: bytes,
      index: Object.keys(exports).indexOf(name),
      replaced: this.replacement !== null,
      call: exports[name],
    };
  }

  /** `name32` and `name64`. */
  pair(code: WasmModule, name: string): Pair {
    return { float32: this.routine(code, `${name}32`), float64: this.routine(code, `${name}64`) };
  }

  /** Compiles and links at once: modules are small. */
  private load(code: WasmModule): Loaded {
    let loaded = this.loaded.get(code);
    if (loaded === undefined) {
      const { memory, shared } = this.memory;
      const bytes = this.decoded.get(code) ?? decodeBinary(code, { shared, fused: this.fused });
      this.decoded.set(code, bytes);
      const core = code === coreCode ? {} : this.exports<WebAssembly.ModuleImports>(coreCode);
      const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory }, core });
      const own = instance.exports as Exports;
      loaded = { bytes, exports: code === coreCode ? { ...own, ...this.replacement?.exports } : own };
      this.loaded.set(code, loaded);
    }
    return loaded;
  }
}

/** A routine for each dtype. */
export type Pair = Readonly<Record<'float32' | 'float64', Routine>>;
