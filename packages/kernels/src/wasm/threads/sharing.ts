import type { WasmMemory } from '../memory.js';
import type { Team } from './team.js';
import type { Threads } from './threads.js';

let asked: number | null = null;

/** Makes a set's threads: there only once somebody asked for some, so that programs which never do are spared the code. */
let makeThreads: ((sharing: Sharing) => Threads) | null = null;

/** The number that `setThreads` was called with last; null when it never was, which means one. */
export const threadsAsked = (): number | null => asked;

/** As `setThreads`, for a number that is right. */
export function askThreads(n: number, make: typeof makeThreads): void {
  asked = n;
  makeThreads = make;
}

/** How a kernel set comes by the threads that share its calls. */
export class Sharing {
  private made: Threads | null = null;
  /** Address of the caller's work area. */
  readonly work: number;

  /** @param workBytes of a thread's work area */
  constructor(
    readonly memory: WasmMemory,
    readonly workBytes: number,
  ) {
    this.work = memory.takeBytes(workBytes).at;
  }

  /** The threads that others than the caller may be among; null as long as nobody asked for any. */
  get threads(): Threads | null {
    if (this.made === null && makeThreads !== null) this.made = makeThreads(this);
    return this.made;
  }

  /** Whom to give a call of this cost in nanoseconds to; null when it is best done alone. */
  for(cost: number): Team | null {
    return this.threads?.for(cost) ?? null;
  }

  /** Has a set share its calls with threads of another kind. */
  set threads(threads: Threads) {
    this.made = threads;
  }
}
