import { CONTROL_BYTES, MODULES_AT, Word } from './control.js';
import type { Job } from './job.js';

interface Place {
  readonly at: number;
  readonly bytes: number;
}

/** The caller's side of the memory that it shares with its workers (control.ts). */
export class ControlBlock {
  readonly buffer = new SharedArrayBuffer(CONTROL_BYTES);
  readonly words = new Int32Array(this.buffer);
  private readonly modules = new Map<Uint8Array, Place | null>();
  private modulesEnd = MODULES_AT;

  /** Writes a job for the workers to read. @returns false when there is no room for its module */
  write({ routine, share, total, values, steps, countAt, workAt }: Job): boolean {
    const core = this.place(routine.core);
    const module = this.place(routine.module);
    if (core === null || module === null) return false;
    const { words } = this;
    words[Word.coreBytes] = core.bytes;
    words[Word.module] = module.at;
    words[Word.moduleBytes] = module.bytes;
    words[Word.export] = routine.index;
    words[Word.overridden] = Number(routine.overridden);
    words[Word.share] = share;
    words[Word.total] = total;
    words[Word.countAt] = countAt;
    words[Word.workAt] = workAt;
    words[Word.arguments] = values.length;
    for (let i = 0; i < values.length; i++) {
      words[Word.values + i] = values[i];
      words[Word.steps + i] = steps[i];
    }
    return true;
  }

  /** The message of the first piece that failed in a worker; null when none did. */
  failure(): string | null {
    const length = Atomics.load(this.words, Word.failure);
    if (length === 0) return null;
    return String.fromCharCode(...new Uint16Array(this.buffer, 4 * Word.message, length));
  }

  /** Copies a module into the block at its first use. @returns null when there is no room for it */
  private place(module: Uint8Array): Place | null {
    let place = this.modules.get(module);
    if (place === undefined) {
      const [at, bytes] = [this.modulesEnd, module.length];
      place = at + bytes <= CONTROL_BYTES ? { at, bytes } : null;
      if (place !== null) {
        new Uint8Array(this.buffer, at).set(module);
        this.modulesEnd += bytes;
      }
      this.modules.set(module, place);
    }
    return place;
  }
}
