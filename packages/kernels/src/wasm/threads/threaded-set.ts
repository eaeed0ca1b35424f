import type { ImportOverrides } from '../linker.js';
import type { WasmMemory } from '../memory.js';

/** A kernel set whose calls threads can split. */
export interface ThreadedSet {
  readonly memory: WasmMemory;
  /** Bytes of the work area that a thread needs, and the address of the caller's own. */
  readonly workBytes: number;
  readonly work: number;
  /** What its modules call instead of the core's functions, in workers too. */
  readonly overrides: ImportOverrides | null;
  /** @param asked the number of threads that `setThreads` was called with last; null when it never was */
  threadsWanted(asked: number | null): number;
}
