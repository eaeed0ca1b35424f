import koffi, { type LibraryHandle } from 'koffi';

export type Native = (...args: readonly unknown[]) => unknown;

/** An address, as functions of C take it. */
export type Address = number | bigint;

/** Opens a library for this process and all that it loads. @returns null and the loader's words on failure */
export function open(file: string): { library: LibraryHandle | null; problem: string } {
  try {
    // Open MPI loads plug-ins, which look for its symbols among the global ones.
    return { library: koffi.load(file, { global: true }), problem: '' };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { library: null, problem: words.replace('Failed to load shared library: ', '') };
  }
}

const RTLD_NOW = 2;

/**
 * Keeps a library in memory until the process has ended: threads of it may run longer than koffi would keep
 * it.
 */
export function pin(file: string): void {
  koffi.load(null).func('dlopen', 'void *', ['const char *', 'int'])(file, RTLD_NOW);
}

/** Has the system end this process after so many seconds, whatever it is doing then. */
export function endAfter(seconds: number): void {
  koffi.load(null).func('alarm', 'unsigned int', ['unsigned int'])(seconds);
}

const addresses = new WeakMap<ArrayBufferLike, number>();

/**
 * Where the numbers of a typed array are. Reading `buffer` moves those of a small one out of V8's heap, where
 * the collector would move them again; after that the address holds as long as the array does.
 */
export function addressOf(array: ArrayBufferView): number {
  const { buffer } = array;
  let start = addresses.get(buffer);
  if (start === undefined) {
    start = Number(koffi.address(new Uint8Array(buffer)));
    addresses.set(buffer, start);
  }
  return start + array.byteOffset;
}

/** The text in a buffer that C has written to. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end));
}
