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

/**
 * A file that is written several times, and that holds either the old content or the new one at every moment.
 */
export class AtomicFile {
  private constructor(
    /** The path as the user gave it. */
    readonly path: string,
    /** The file itself: writing through a symbolic link keeps the link. */
    private readonly file: string,
    private readonly mode: number,
  ) {}

  /**
   * Checks, before any work is done, that the file can be written.
   * @param replace whether an existing file may be replaced
   * @throws UserError when it may not, when it is not an ordinary file, or when its folder refuses new files
   */
  static prepare(path: string, replace: boolean): AtomicFile {
    const refuse = (reason: string): never => {
      throw new UserError(`--save must name a file to write, got '${path}' (${reason})`);
    };
    try {
      const target = AtomicFile.find(path);
      if (target.mode !== NEW_FILE && !replace) {
        throw new UserError(
          `--save must name a new file, got '${path}', which exists; ` +
            'add --resume to go on with its training, or --force to replace it',
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

  private static find(path: string): AtomicFile {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return new AtomicFile(path, path, NEW_FILE);
    const file = realpathSync(path);
    const real = lstatSync(file);
    if (real.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    if (!real.isFile()) throw new Error('no ordinary file');
    return new AtomicFile(path, file, real.mode & 0o777);
  }

  /** @throws the system's error; the file is unchanged then */
  write(bytes: Uint8Array): void {
    const { temporary, descriptor } = this.open();
    try {
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
        // Without this, a power cut after the renaming could leave an empty file of the right name.
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

  /** A new file in the folder of the real one: renaming is atomic only within a file system. */
  private open(): { temporary: string; descriptor: number } {
    const temporary = `${this.file}.${process.pid}.tmp`;
    return { temporary, descriptor: openSync(temporary, 'wx', this.mode) };
  }
}

/** The mode of a new file, before the process's umask. */
const NEW_FILE = 0o666;

/** Whether two paths lead to the same file. */
export function isSameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}
