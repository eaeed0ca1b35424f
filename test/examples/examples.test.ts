import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expectations } from '../support/example-expectations.js';

const sources = readdirSync('examples').filter((name) => /^\d\d-.*\.ts$/.test(name));
const outdir = mkdtempSync(join('build', 'examples-'));

/** The comment that a file begins with, without its stars. */
const headerOf = (source: string): string =>
  (/^\/\*\*\n([\s\S]*?)\n \*\//.exec(source)?.[1] ?? '').replace(/^ \* ?/gm, '');

/** The lines of output that a header predicts: those that are indented; `…` stands for lines left out. */
const predicted = (header: string): string[] =>
  header
    .split('\n')
    .filter((line) => line.startsWith('    ') && line.trim() !== '…')
    .map((line) => line.slice(4));

/** Numbers as #, so that the form of two lines can be compared when their numbers differ. */
const form = (line: string): string =>
  line
    .trimEnd()
    .replace(/-?\d+(\.\d+)?(e[+-]\d+)?/g, '#')
    .replace(/ +/g, ' ');

/** The file without its header, comments, imports and empty lines. */
const codeOf = (source: string): string[] =>
  source
    .replace(/\/\*\*[\s\S]*?\*\//g, '')
    .replace(/^import [\s\S]*?;$/gm, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));

// Before the tests, so that one that is picked by its name has its program.
test.before(() => {
  const script = `import { bundlePrograms } from './esbuild.config.mjs';
    await bundlePrograms(process.argv.slice(1), process.env.OUTDIR);`;
  const files = sources.map((name) => `examples/${name}`);
  const built = spawnSync(process.execPath, ['--input-type=module', '-e', script, '--', ...files], {
    env: { ...process.env, OUTDIR: outdir },
    encoding: 'utf8',
  });
  assert.is(built.status, 0, built.stderr);
});

test('the examples are numbered from 01 without a gap, and each has an expectation', () => {
  assert.ok(sources.length >= 7);
  assert.equal(
    sources.map((name) => name.slice(0, 2)),
    sources.map((_, i) => String(i + 1).padStart(2, '0')),
  );
  assert.equal(
    sources.map((name) => name.slice(0, -3)),
    Object.keys(expectations).sort(),
  );
});

test('the list of the examples has them all', () => {
  const listed = readFileSync('examples/README.md', 'utf8').matchAll(/^\| \[(\d\d)\]\((.*?)\) \| \S/gm);
  assert.equal(
    [...listed].map(([, number, name]) => [number, name]),
    sources.map((name) => [name.slice(0, 2), name]),
  );
});

for (const name of sources) {
  const source = readFileSync(join('examples', name), 'utf8');
  const header = headerOf(source);

  test(`${name} opens with what it shows and what it prints, and has at most 80 lines of code`, () => {
    assert.match(header, /\bprints\b/i);
    assert.ok(predicted(header).length > 0, 'no predicted line in the header');
    assert.ok(codeOf(source).length <= 80, `${codeOf(source).length} lines of code`);
  });

  test(`${name} imports the library under its one name`, () => {
    assert.match(source, /from 'retrograd';/);
    assert.not.match(source, /from '@retrograd|from '\.\.\//);
  });

  test(`${name} prints in its short setting what the header says`, () => {
    const program = join(outdir, 'examples', name.replace(/\.ts$/, '.js'));
    const run = spawnSync(process.execPath, [program, '--short'], { encoding: 'utf8', timeout: 120_000 });
    assert.is(run.status, 0, run.stderr);
    assert.is(run.stderr, '');
    const output = stripVTControlCharacters(run.stdout);
    const forms = output.split('\n').map(form);
    for (const line of predicted(header))
      assert.ok(forms.includes(form(line)), `no line like «${line}» in:\n${output}`);
    expectations[name.slice(0, -3)]?.(output, predicted(header).join('\n'));
  });
}

test.after(() => rmSync(outdir, { recursive: true, force: true }));

test.run();
