import type { Log } from './log.js';
import type { Presence } from './presence.js';
import type { Waiting } from './requests.js';

/** Exit code of all processes, when one waited too long. */
export const TIMED_OUT = 87;

/**
 * The end of its last line. The launcher may not be able to reach all, and retrograd-mpi, which reads this,
 * ends it then.
 */
export const ENDING = `all processes end with exit code ${TIMED_OUT}`;

export interface WatchdogOptions {
  /** Milliseconds after which an operation that is not complete ends all processes. */
  readonly timeout: number;
  /** Milliseconds after which a line says so. */
  readonly warnAfter: number;
  readonly log: Log;
}

/** After so long the others will want to know where this process is. */
const TELL_AFTER_MS = 500;

/**
 * Ends a group that waits for a process that does not come: it would wait for ever, as it would for a machine
 * that cannot be reached.
 */
export class Watchdog implements Waiting {
  /** The machine of every rank, once it is known. */
  hosts: readonly string[] = [];
  private told = false;
  private warned = false;

  constructor(
    private readonly rank: number,
    private readonly presence: Presence | null,
    private readonly options: WatchdogOptions,
    private readonly abort: (code: number) => void,
  ) {}

  quiet(milliseconds: number, what: string): void {
    const { timeout, warnAfter, log } = this.options;
    if (milliseconds < TELL_AFTER_MS) {
      this.told = false;
      this.warned = false;
      return;
    }
    if (!this.told) this.presence?.tell();
    this.told = true;
    if (milliseconds > timeout) {
      log(`${this.describe(milliseconds, what)}; timeout, ${ENDING}`);
      this.abort(TIMED_OUT);
    } else if (milliseconds > warnAfter && !this.warned) {
      this.warned = true;
      log(this.describe(milliseconds, what));
    }
  }

  private describe(milliseconds: number, what: string): string {
    const step = this.presence === null ? '' : `, after step ${this.presence.step}`;
    const seconds = Math.round(milliseconds / 1000);
    return `rank ${this.rank}${step}: ${what} not complete after ${seconds} s; ${this.missing()}`;
  }

  /** Whom this process waits for, as far as it can tell. */
  private missing(): string {
    const { presence, hosts, rank } = this;
    if (presence === null) return 'nothing is known of the others';
    const here = presence.standings();
    const late = here.filter((other) => other.rank !== rank && other.operations < presence.operations);
    const words = late.map(
      ({ rank: r, pid, step }) => `waiting for rank ${r} (process ${pid}, after step ${step})`,
    );
    const elsewhere = hosts.flatMap((host, r) =>
      here.some((other) => other.rank === r) ? [] : [`rank ${r} on ${host}`],
    );
    if (elsewhere.length > 0) words.push(`no word of ${elsewhere.join(', ')}`);
    return words.length > 0 ? words.join('; ') : 'all processes of this machine are waiting';
  }
}
