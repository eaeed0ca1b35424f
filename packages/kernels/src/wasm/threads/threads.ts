import type { WasmMemory } from '../memory.js';
import type { Team } from './team.js';

/** Nanoseconds below which a call is not split: some times what splitting costs. */
const WORTH = 20_000;
/** The same while threads of a native library spin on the cores that the workers would run on. */
const WORTH_BESIDES = 200_000;

let asked: number | null = null;
let wanted = 1;
let besidesUntil = 0;
const teams = new Set<Team>();
const listeners = new Set<(n: number) => void>();

/** Makes teams: there only once `setThreads` was called, so that programs which never do are spared the code. */
let makeTeam: ((...args: ConstructorParameters<typeof Team>) => Team) | null = null;

/** As `setThreads`, for a number that is right. */
export function ask(n: number, make: typeof makeTeam): number {
  makeTeam = make;
  const before = wanted;
  if (n !== before) {
    wanted = n;
    for (const team of teams) team.end();
    teams.clear();
  }
  if (n !== asked) {
    asked = n;
    for (const listener of listeners) listener(n);
  }
  return before;
}

/** The number that `setThreads` was called with last; null when it never was, which means one for the WebAssembly kernels. */
export const threadsAsked = (): number | null => asked;

/** Calls `listener` with every other number that `setThreads` is called with, until the process ends. */
export function onThreads(listener: (n: number) => void): void {
  listeners.add(listener);
}

/**
 * Says that other threads of the process go on spinning for a time. A worker beside them shares a core with one of them, and
 * makes a short call slower: until then only long calls are split.
 */
export function othersSpin(milliseconds: number): void {
  besidesUntil = performance.now() + milliseconds;
}

/** The threads of one kernel set. */
export class Threads {
  private team: Team | null = null;
  private workBytes = 0;
  private work = 0;

  constructor(private readonly memory: WasmMemory) {}

  /** Says how large a thread's work area is, and where the caller's lies. */
  provide(workBytes: number, work: number): void {
    this.workBytes = workBytes;
    this.work = work;
  }

  /** Threads that were asked for. */
  get wanted(): number {
    return this.memory.shared ? wanted : 1;
  }

  /** Threads that take part now. */
  get running(): number {
    return this.team === null || this.team.ended ? 1 : this.team.threads;
  }

  /** Whom to give a call of this cost in nanoseconds to; null when it is best done alone. */
  for(cost: number): Team | null {
    if (wanted === 1 || cost < WORTH || !this.memory.shared || makeTeam === null) return null;
    if (cost < WORTH_BESIDES && besidesUntil > 0 && performance.now() < besidesUntil) return null;
    if (this.team === null || this.team.ended) {
      if (this.team !== null) teams.delete(this.team);
      this.team = makeTeam(this.memory, wanted - 1, this.workBytes, this.work);
      teams.add(this.team);
    }
    return this.team.wants(cost) ? this.team : null;
  }
}
