import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFolder, runName } from './launcher.js';

/** What a process of this machine has last told of itself. */
export interface Standing {
  readonly rank: number;
  readonly pid: number;
  /** Steps done. */
  readonly step: number;
  /** Operations begun together with the others. */
  readonly operations: number;
}

/** Characters of an entry in the file. */
const WIDTH = 64;
/** Telling more often would cost time. */
const TELL_MS = 200;

/**
 * A small file in which the processes of one machine tell where they are: those that wait can say whom they
 * wait for. (Messages would not do: a process that is stuck in a computation answers none.)
 */
export class Presence {
  step = 0;
  operations = 0;
  private readonly path: string;
  private readonly descriptor: number;
  private toldAt = 0;

  private constructor(
    private readonly rank: number,
    private readonly size: number,
  ) {
    this.path = join(runFolder() ?? tmpdir(), `retrograd-mpi-${runName()}`);
    // Opened for reading too, and kept as it is: the others write to it as well.
    closeSync(openSync(this.path, 'a'));
    this.descriptor = openSync(this.path, 'r+');
    this.tell();
  }

  /** @returns null where no file can be written: it would only have helped */
  static open(rank: number, size: number): Presence | null {
    try {
      return new Presence(rank, size);
    } catch {
      return null;
    }
  }

  /** Tells, if it was not told a moment ago. */
  note(): void {
    if (performance.now() - this.toldAt > TELL_MS) this.tell();
  }

  tell(): void {
    this.toldAt = performance.now();
    const entry = JSON.stringify([process.pid, this.step, this.operations]).padEnd(WIDTH);
    writeSync(this.descriptor, entry, WIDTH * this.rank);
  }

  /** All processes of this machine that have told something. */
  standings(): Standing[] {
    const bytes = Buffer.alloc(WIDTH * this.size);
    readSync(this.descriptor, bytes, 0, bytes.length, 0);
    const standings: Standing[] = [];
    for (let rank = 0; rank < this.size; rank++) {
      const entry = bytes
        .toString('latin1', WIDTH * rank, WIDTH * (rank + 1))
        .replaceAll('\0', '')
        .trim();
      if (entry === '') continue;
      const [pid, step, operations] = JSON.parse(entry) as number[];
      standings.push({ rank, pid, step, operations });
    }
    return standings;
  }

  /** Processes of this machine that have ended. */
  gone(): number[] {
    return this.standings().flatMap(({ rank, pid }) => (isAlive(pid) ? [] : [rank]));
  }

  close(): void {
    closeSync(this.descriptor);
    try {
      unlinkSync(this.path);
    } catch {
      // Another process of this machine was faster.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
