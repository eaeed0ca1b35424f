import type { WasmMemory } from '../memory.js';
import type { Replacement } from '../modules.js';

/** A kernel set whose calls threads can share. */
export interface ThreadedSet {
  readonly memory: WasmMemory;
  /** Bytes of the work area that a thread needs, and the address of the caller's own. */
  readonly workBytes: number;
  readonly work: number;
  /** What its modules have in place of functions of the core, for workers too. */
  readonly replacement: Replacement | null;
  /** @param asked the number of threads that `setThreads` was called with last; null when it never was */
  threadsWanted(asked: number | null): number;
}
