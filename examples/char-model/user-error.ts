/** An error that is shown as one line, without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';

  /** @param exitCode 2 when the user can correct it, 1 when the work failed */
  constructor(
    message: string,
    readonly exitCode = 2,
  ) {
    super(message);
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'no such file or directory',
  EISDIR: 'a directory',
  EEXIST: 'the temporary file of an earlier run is in the way',
  ENOTDIR: 'below a file that is no directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'on a read-only file system',
  ENOSPC: 'no space left on the disk',
  ELOOP: 'a symbolic link in a circle',
  ENAMETOOLONG: 'too long a name',
  ERR_FS_FILE_TOO_LARGE: 'too large a file',
};

/** The reason of the operating system's error, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return REASONS[code ?? ''] ?? code ?? String(message);
}
