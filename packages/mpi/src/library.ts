import type { LibraryHandle } from 'koffi';
import { LibraryError } from './errors.js';
import { type Handles, mpich, openMpi } from './handles.js';
import type { Launcher } from './launcher.js';
import { addressOf, open, pin, textOf } from './native.js';

/** An MPI library that was loaded, and its constants. */
export interface Library {
  readonly file: string;
  /** The first line of what it says of itself. */
  readonly version: string;
  readonly handle: LibraryHandle;
  readonly handles: Handles;
}

const OPEN_MPI = ['libmpi.so.40', 'libmpi.so'];
const MPICH = ['libmpich.so.12'];
const MACOS = ['libmpi.dylib'];

/** The files to look for: those of the launcher's family first. */
export const candidates = (family: Launcher['family']): readonly string[] =>
  family === 'MPICH' ? [...MPICH, ...OPEN_MPI, ...MACOS] : [...OPEN_MPI, ...MPICH, ...MACOS];

/**
 * Loads the library that RETROGRAD_MPI names, or else the first one that there is.
 * @throws LibraryError when there is none, or it is none that can be used
 */
export function findLibrary(
  family: Launcher['family'],
  named: string | undefined = process.env.RETROGRAD_MPI,
): Library {
  const files = named ? [named] : candidates(family);
  const problems: string[] = [];
  for (const file of files) {
    const { library, problem } = open(file);
    if (library !== null) return describeLibrary(library, file);
    problems.push(problem);
  }
  const expectation = named ? 'an MPI library that can be loaded' : `installed (${files.join(', ')})`;
  const actual = named ? `'${named}' of RETROGRAD_MPI (${problems[0]})` : 'none of them';
  const remedy =
    'install one (Debian and Ubuntu: apt-get install openmpi-bin), or name it: RETROGRAD_MPI=<path>';
  throw new LibraryError('distribute', 'library', expectation, actual, remedy);
}

/** Room for the text, whatever the library's own limit (MPI_MAX_LIBRARY_VERSION_STRING is 256 and 8192). */
const LONGEST_VERSION = 16_384;

function describeLibrary(handle: LibraryHandle, file: string): Library {
  const text = new Uint8Array(new ArrayBuffer(LONGEST_VERSION));
  const length = new Int32Array(new ArrayBuffer(8));
  try {
    const ask = handle.func('MPI_Get_library_version', 'int', ['intptr_t', 'intptr_t']);
    ask(addressOf(text), addressOf(length));
  } catch {
    throw refused(file, 'one without MPI_Get_library_version');
  }
  pin(file);
  const version = textOf(text).split('\n')[0].trim();
  const handles = handlesOf(version, handle);
  if (handles === null) throw refused(file, `'${version.slice(0, 80)}'`);
  return { file, version, handle, handles };
}

function handlesOf(version: string, handle: LibraryHandle): Handles | null {
  if (/Open MPI/i.test(version)) return openMpi(handle);
  if (/MPICH|MVAPICH|Intel\(R\) MPI/i.test(version)) return mpich;
  return null;
}

const refused = (file: string, actual: string): LibraryError =>
  new LibraryError('distribute', 'library', 'Open MPI, or MPICH and its kin', `${file}, ${actual}`);
