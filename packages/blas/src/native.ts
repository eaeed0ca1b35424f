import koffi, { type LibraryHandle } from 'koffi';

export type Native = (...args: readonly unknown[]) => unknown;

/** A function of a library; null when it does not have it. Result and arguments are C types. */
export function find(library: LibraryHandle, name: string, result: string, args: string[]): Native | null {
  try {
    return library.func(name, result, args);
  } catch {
    return null;
  }
}

/** The result of a function without arguments; null when there is no such function. */
export const ask = (library: LibraryHandle, name: string, result: string): unknown =>
  find(library, name, result, [])?.() ?? null;

/**
 * Opens a library by path or by a name that the system's loader finds.
 * @returns null and the loader's message on failure
 */
export function open(file: string): { library: LibraryHandle | null; problem: string } {
  try {
    return { library: koffi.load(file), problem: '' };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { library: null, problem: words.replace('Failed to load shared library: ', '') };
  }
}

/** The integers (int) at a pointer of a library. */
export const integersAt = (pointer: unknown, count: number): number[] =>
  Array.from(koffi.decode(pointer, 'int', count) as ArrayLike<number>);

/** Address of the first byte of a buffer, valid as long as the buffer is. */
export const addressOf = (buffer: ArrayBufferLike): number => Number(koffi.address(new Uint8Array(buffer)));

let whole: LibraryHandle | null = null;

/** The C library's functions, which every process has; null on Windows. */
function wholeProcess(): LibraryHandle | null {
  if (process.platform === 'win32') return null;
  whole ??= koffi.load(null);
  return whole;
}

const RTLD_NOW = 2;

/**
 * Keeps a library loaded until the process has ended. koffi would unload it earlier, while the library's
 * threads may still run its code.
 */
export function pin(file: string): void {
  const libc = wholeProcess();
  if (libc !== null) libc.func('dlopen', 'void *', ['const char *', 'int'])(file, RTLD_NOW);
  else koffi.load('kernel32.dll').func('LoadLibraryW', 'void *', ['str16'])(file);
}

let pathFinder: ((symbol: unknown) => string | null) | undefined;

/** The file that a library's function is in; null where the system has no function for that. */
export function fileOf(library: LibraryHandle, symbol: string): string | null {
  pathFinder ??= makePathFinder();
  try {
    return pathFinder(library.symbol(symbol));
  } catch {
    return null;
  }
}

function makePathFinder(): (symbol: unknown) => string | null {
  const libc = wholeProcess();
  if (libc === null) return () => null;
  const info = koffi.struct({
    file: 'const char *',
    base: 'void *',
    name: 'const char *',
    address: 'void *',
  });
  const dladdr = libc.func('dladdr', 'int', ['void *', koffi.out(koffi.pointer(info))]);
  return (symbol) => {
    const found: { file?: string } = {};
    return dladdr(symbol, found) === 0 ? null : (found.file ?? null);
  };
}

/**
 * Calls `fn` with an environment variable set for native code. `process.env` would not do: in a worker thread
 * it is a copy, which no library sees.
 */
export function withVariable<R>(name: string, value: string, fn: () => R): R {
  const libc = wholeProcess();
  libc?.func('setenv', 'int', ['const char *', 'const char *', 'int'])(name, value, 1);
  try {
    return fn();
  } finally {
    libc?.func('unsetenv', 'int', ['const char *'])(name);
  }
}
