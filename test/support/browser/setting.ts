/**
 * What a script's address says after the question mark: the page's, or in a worker the script's own. Declared as
 * a function, so that kernels.ts, which every file of a page's bundle imports, can call it before this file's
 * turn.
 */
export function setting(name: string): string | null {
  return new URLSearchParams(location.search).get(name);
}
