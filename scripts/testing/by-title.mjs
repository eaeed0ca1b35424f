import { builtPath } from './bundle-tests.mjs';
import { matches } from './matches.mjs';
import { runProgram } from './run-program.mjs';

/**
 * Which built test files have a title that contains one of the words. A file that cannot be loaded is among
 * them: when it runs, it shows why.
 */
export async function filesByTitle(files, outdir, words) {
  const paths = new Map(files.map((file) => [builtPath(outdir, file), file]));
  const lister = 'scripts/testing/list-titles.mjs';
  const { code, output } = await runProgram(['--expose-gc', lister, ...paths.keys()]);
  if (code !== 0) throw new Error(`the titles cannot be listed:\n${output}`);
  const titles = JSON.parse(output.slice(output.lastIndexOf('\n') + 1));
  return Object.keys(titles)
    .filter((path) => titles[path] === null || titles[path].some((title) => matches(title, words)))
    .map((path) => paths.get(path));
}
