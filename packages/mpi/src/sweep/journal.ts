import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Ending } from './slot.js';

/** A line of the file. */
interface Entry extends Ending {
  readonly job: unknown;
  readonly pruned: boolean;
}

/** A file of finished jobs, one a line, so that a sweep that was ended goes on with the rest. */
export class Journal {
  /** By the job's text; several of the same job in the order of the file. */
  private readonly done = new Map<string, Entry[]>();

  /** @param path null for none */
  constructor(private readonly path: string | null) {
    if (path === null || !existsSync(path)) return;
    const lines = readFileSync(path, 'utf8').split('\n');
    for (const line of lines) {
      const entry = parse(line);
      // What has failed is tried again.
      if (entry === null || entry.error !== null) continue;
      const key = JSON.stringify(entry.job);
      this.done.set(key, [...(this.done.get(key) ?? []), entry]);
    }
    // A line that a sudden end has cut short must not run into the next one.
    if (lines.at(-1) !== '') appendFileSync(path, '\n');
  }

  /** What a job came to in an earlier sweep; null when it was not done. */
  take(job: unknown): Entry | null {
    return this.done.get(JSON.stringify(job))?.shift() ?? null;
  }

  add(entry: Entry): void {
    if (this.path !== null) appendFileSync(this.path, `${JSON.stringify(entry)}\n`);
  }
}

function parse(line: string): Entry | null {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return null;
  }
}
