import { filesOf, installAdvice, isKind, type Kind, kinds } from './candidates.js';
import { LibraryError } from './errors.js';
import { Library } from './library.js';

/** The library for products, and another one for float64 if it has float32 only. */
export interface Found {
  readonly library: Library;
  readonly wide: Library | null;
  readonly why: string;
}

/** Families with both dtypes. */
const complete = kinds.filter((kind) => kind !== 'onednn');

/**
 * Loads the library that was asked for, else the first one that is installed.
 * @param asked path, file name or family ('mkl', 'openblas', ...)
 * @throws LibraryError when there is none that can be used
 */
export function findLibrary(asked: string | undefined): Found {
  const variable = process.env.RETROGRAD_BLAS || undefined;
  const wanted = asked ?? variable;
  const source = asked === undefined ? 'named by RETROGRAD_BLAS' : 'named by the caller';
  if (wanted === undefined) return findAny();
  if (isKind(wanted)) {
    const library = firstOf([wanted], []);
    if (library !== null) return withWide(library, `${source} as '${wanted}'`);
    const files = filesOf(wanted).join(', ') || 'no files on this platform';
    const remedy = wanted === 'openblas' ? installAdvice() : `install it, or OpenBLAS: ${installAdvice()}`;
    throw new LibraryError('useBlas', 'library', `installed (${wanted}: ${files})`, 'none of them', remedy);
  }
  const { library, problem } = Library.load(wanted);
  if (library !== null) return withWide(library, source);
  const expected = `a BLAS library's path, its file name, or one of ${kinds.join(', ')}`;
  throw new LibraryError('useBlas', 'library', expected, `'${wanted}' ${source} (${problem})`);
}

function findAny(): Found {
  const problems: string[] = [];
  const library = firstOf(kinds, problems);
  if (library !== null) return withWide(library, `first found of ${kinds.join(', ')}`);
  const none = problems.length > 0 ? `only ${problems.join('; ')}` : 'none';
  const naming = "RETROGRAD_BLAS=<path>, or useBlas({ library }) of '@retrograd/blas/use'";
  const advice = `install one: ${installAdvice()}; or name one: ${naming}`;
  throw new LibraryError('useBlas', 'library', `installed, one of ${kinds.join(', ')}`, none, advice);
}

/** The first library of these families that can be used; `problems` receives what is wrong with others. */
function firstOf(families: readonly Kind[], problems: string[]): Library | null {
  for (const kind of families) {
    for (const file of filesOf(kind)) {
      try {
        const { library } = Library.load(file);
        if (library !== null) return library;
      } catch (error) {
        if (!(error instanceof LibraryError)) throw error;
        problems.push(error.message);
      }
    }
  }
  return null;
}

/** Adds the first library with float64 to one that has float32 only. */
function withWide(library: Library, why: string): Found {
  return { library, wide: library.float64 === null ? firstOf(complete, []) : null, why };
}
