import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { reasonOf, UserError } from './user-error.js';

/** A file to be written, and written again, so that at every moment it is either as before or complete. */
export class Target {
  private constructor(
    /** As it was given. */
    readonly path: string,
    /** Where it really is: writing through a symbolic link keeps the link. */
    private readonly file: string,
    private readonly mode: number,
  ) {}

  /**
   * Makes sure, before any work is done, that the file can be written.
   * @param replace whether a file that is there already may be replaced
   * @throws UserError when it may not, when it is no ordinary file, or when its folder refuses new files
   */
  static prepare(path: string, replace: boolean): Target {
    const refuse = (reason: string): never => {
      throw new UserError(`--save must name a file to write, got '${path}' (${reason})`);
    };
    try {
      const target = Target.find(path);
      if (target.mode !== NEW_FILE && !replace) {
        throw new UserError(
          `--save must name a new file, got '${path}', which exists; add --resume to go on with its training, or --force to replace it`,
        );
      }
      const { temporary, descriptor } = target.open();
      closeSync(descriptor);
      rmSync(temporary);
      return target;
    } catch (error) {
      if (error instanceof UserError) throw error;
      return refuse(reasonOf(error));
    }
  }

  private static find(path: string): Target {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return new Target(path, path, NEW_FILE);
    const file = realpathSync(path);
    const real = lstatSync(file);
    if (real.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    if (!real.isFile()) throw new Error('no ordinary file');
    return new Target(path, file, real.mode & 0o777);
  }

  /** @throws the system's error; the file is as before then */
  write(bytes: Uint8Array): void {
    const { temporary, descriptor } = this.open();
    try {
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
        // Else a power cut after the renaming could leave a file of the right name without its content.
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(temporary, this.file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** A new file beside the real one, as only within a folder is renaming a single act. */
  private open(): { temporary: string; descriptor: number } {
    const temporary = `${this.file}.${process.pid}.tmp`;
    return { temporary, descriptor: openSync(temporary, 'wx', this.mode) };
  }
}

/** Before the process's umask. */
const NEW_FILE = 0o666;

/** Whether two paths lead to the same file. */
export function isSameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}
