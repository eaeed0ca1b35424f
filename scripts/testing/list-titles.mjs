/**
 * Prints the titles of built test files that are named on the command line, as JSON: by file a list, or null
 * for one that cannot be loaded. The files are bundled with uvu-by-title.mjs in the place of uvu.
 */
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const root = process.cwd();
const found = {};
for (const file of process.argv.slice(2)) {
  globalThis.RETROGRAD_TITLES = [];
  // One of them may have gone elsewhere.
  process.chdir(root);
  try {
    await import(pathToFileURL(file).href);
    found[file] = globalThis.RETROGRAD_TITLES;
  } catch {
    found[file] = null;
  }
}
// What a file writes while it is being loaded comes before this line.
writeSync(1, `\n${JSON.stringify(found)}`);
process.exit(0);
