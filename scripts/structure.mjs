/**
 * How long the way through the code is: `node scripts/structure.mjs` prints the code lines of the recurrent
 * packages, the library's longest source files, and the crossings of package borders in one forward call,
 * each with its limit. Exit code 1 when one is over.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, packageNames, root } from '../esbuild.config.mjs';
import { countCrossings } from './crossings.mjs';

const RECURRENT = ['recurrent', 'rnn', 'lstm', 'gru'];
const LIMITS = { codeLines: 1900, fileLines: 250, crossings: 40 };

/** Source files that are written by hand; a generated one begins with where it comes from. */
const sourcesOf = (name) =>
  listFiles(
    `packages/${name}/src`,
    (path) => path.endsWith('.ts') && !/^\/\/ From packages\//.test(read(path)),
  );

const read = (path) => readFileSync(join(root, path), 'utf8');

/** Lines that hold more than space and comments. */
const codeLines = (path) =>
  read(path)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;

const fileLines = (path) => read(path).trimEnd().split('\n').length;

const sum = (list) => list.reduce((a, b) => a + b, 0);

const byPackage = RECURRENT.map((name) => [name, sum(sourcesOf(name).map(codeLines))]);
const lines = sum(byPackage.map(([, count]) => count));
const longest = packageNames
  .flatMap(sourcesOf)
  .map((path) => ({ path, count: fileLines(path) }))
  .sort((a, b) => b.count - a.count);
const { calls, files, crossings } = await countCrossings();

console.log(
  `code lines: ${lines}, at most ${LIMITS.codeLines} (${byPackage.map((each) => each.join(' ')).join(', ')})`,
);
for (const { path, count } of longest.slice(0, 3)) {
  console.log(`${path}: ${count} lines, at most ${LIMITS.fileLines}`);
}
console.log(
  `LSTM.forward: ${calls} calls in ${files} files, ${crossings} crossings of a package's border, at most ${LIMITS.crossings}`,
);
const isOver =
  lines > LIMITS.codeLines || longest[0].count > LIMITS.fileLines || crossings > LIMITS.crossings;
process.exitCode = isOver ? 1 : 0;
