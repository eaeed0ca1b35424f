import { coreCode } from './binaries/core.js';
import { decodeBinary, type WasmModule } from './decode-binary.js';
import type { WasmMemory } from './memory.js';
import type { Routine } from './threads/job.js';

type Exports = Readonly<Record<string, Routine['call']>>;

/** Functions that the modules import from a kernel set instead of from the core. */
export interface ImportOverrides {
  /** By their names, for this thread. */
  readonly exports: Exports;
  /** How a worker makes the same functions: the body of a function of `setting`. */
  readonly source: string;
  readonly setting: unknown;
}

/** A module that can be called here, and its bytes for other threads. */
interface Linked {
  readonly bytes: Uint8Array;
  readonly exports: Exports;
  readonly pairs: Map<string, Pair>;
}

/**
 * The modules of a kernel set. Each is compiled when it is first used, and linked to the core
 * (assembly/core-imports.ts).
 */
export class WasmLinker {
  private readonly linked = new Map<WasmModule, Linked>();

  /**
   * @param fused     whether multiplications and additions are fused (relaxed SIMD)
   * @param overrides what the modules are linked to instead of functions of the core
   * @param decoded   bytes of modules, shared with another linker over the same memory
   */
  constructor(
    private readonly memory: WasmMemory,
    private readonly fused: boolean,
    private readonly overrides: ImportOverrides | null = null,
    readonly decoded = new Map<WasmModule, Uint8Array<ArrayBuffer>>(),
  ) {}

  /** The exports of a module. */
  exports<E>(code: WasmModule): E {
    return this.link(code).exports as E;
  }

  /** One export, as a routine that threads can share. */
  routine(code: WasmModule, name: string): Routine {
    const { bytes, exports } = this.link(code);
    return {
      core: this.link(coreCode).bytes,
      module: bytes,
      index: Object.keys(exports).indexOf(name),
      overridden: this.overrides !== null,
      call: exports[name],
    };
  }

  /** `name32` and `name64`. */
  pair(code: WasmModule, name: string): Pair {
    const { pairs } = this.link(code);
    let pair = pairs.get(name);
    if (pair === undefined) {
      pair = { float32: this.routine(code, `${name}32`), float64: this.routine(code, `${name}64`) };
      pairs.set(name, pair);
    }
    return pair;
  }

  /** Compiles and links in one go, without a promise: modules are small. */
  private link(code: WasmModule): Linked {
    let linked = this.linked.get(code);
    if (linked === undefined) {
      const { memory, shared } = this.memory;
      const bytes = this.decoded.get(code) ?? decodeBinary(code, { shared, fused: this.fused });
      this.decoded.set(code, bytes);
      const core = code === coreCode ? {} : this.exports<WebAssembly.ModuleImports>(coreCode);
      const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory }, core });
      const own = instance.exports as Exports;
      const exports = code === coreCode ? { ...own, ...this.overrides?.exports } : own;
      linked = { bytes, exports, pairs: new Map() };
      this.linked.set(code, linked);
    }
    return linked;
  }
}

/** A routine for each dtype. */
export type Pair = Readonly<Record<'float32' | 'float64', Routine>>;
