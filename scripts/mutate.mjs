/**
 * The mutation run: `node scripts/mutate.mjs [filter] [--all] [--list]` breaks one expression of a backward
 * function at a time and shows that the tests notice. A mutant is caught when one of the test files named for
 * its source fails, and survives when all of them pass. Exit code 1 when any survives, or when the tests fail
 * on the unbroken sources. A filter is a part of a file's path or of a mutant's name.
 *
 * Mutants are made in memory, by a plugin of the bundler; the source tree is never written to.
 * --all takes every mutant instead of the sample that keeps the run under two minutes; --list only prints
 * them.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bundlePrograms, listTests, root } from '../esbuild.config.mjs';
import { allMutants } from './mutation/mutants.mjs';
import { NEGATE } from './mutation/rules.mjs';
import { equivalent, targets } from './mutation/targets.mjs';
import { inPlaceOfUvu } from './testing/bundle-tests.mjs';

const PARALLEL = 2;
const TIMEOUT_MS = 60_000;
const outdir = `build/mutate-${process.pid}`;

/** Takes at most `limit` mutants, evenly from the list, so that every function and rule has its turn. */
const sample = (list, limit) =>
  list.length <= limit
    ? list
    : Array.from({ length: limit }, (_, i) => list[Math.floor((i * list.length) / limit)]);

/** The bundler reads `contents` where it would read the file at `path`. */
const replaceFile = (path, contents) => ({
  name: 'mutant',
  setup: (build) =>
    build.onLoad({ filter: /\.ts$/ }, (args) =>
      args.path === path ? { contents, loader: 'ts' } : undefined,
    ),
});

const bail = inPlaceOfUvu('scripts/mutation/bail.mjs');

/**
 * Runs one bundle until its first failing test; gives true when all passed. `words` name the tests that come
 * first.
 */
function passes(program, words) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--expose-gc', program], {
      cwd: root,
      // The mutants are in TypeScript, where the reference kernels compute.
      env: { ...process.env, RETROGRAD_KERNELS: 'plain', RETROGRAD_MUTANT: words.join(' ') },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    child.stdout.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0 && /^passed: [1-9]/m.test(output));
    });
  });
}

/** The first of the tests that fails with the given plugins, or null when all pass. */
async function firstFailure(tests, id, plugins, words = []) {
  for (const test of tests) {
    const folder = `${outdir}/${id}`;
    try {
      await bundlePrograms([test], folder, {
        plugins: [...plugins, bail],
        sourcemap: false,
        logLevel: 'silent',
      });
    } catch {
      throw new Error(`${id}: ${test} cannot be built; the rule made invalid code`);
    }
    const passed = await passes(join(root, folder, test.replace(/\.ts$/, '.js')), words);
    rmSync(join(root, folder), { recursive: true, force: true });
    if (!passed) return test;
  }
  return null;
}

/** packages/lstm/src/cell.ts: tests about lstm come first, and those about cells. */
const wordsOf = (file) => [file.split('/')[1], basename(file, '.ts')];

/** Works through the list, a few at a time. */
async function forEach(list, work) {
  const queue = list.entries();
  const worker = async () => {
    for (const [index, item] of queue) await work(item, index);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

const describe = ({ file, line, name, before, broken }) =>
  `${file}:${line} ${name}\n    - ${oneLine(before)}\n    + ${oneLine(broken)}`;

const oneLine = (text) => text.replace(/\s+/g, ' ').slice(0, 160);

const isEntry = (entry) => (mutant) => mutant.file === entry.file && mutant.name === entry.mutant;

async function main(words) {
  const filters = words.filter((word) => !word.startsWith('--'));
  const limit = words.includes('--all') ? Number.POSITIVE_INFINITY : undefined;
  const made = allMutants(targets);
  const stale = equivalent.filter((entry) => !made.flat().some(isEntry(entry)));
  const mutants = made
    .map((list) => list.filter((mutant) => !equivalent.some((entry) => isEntry(entry)(mutant))))
    .flatMap((list) => sample(list, limit ?? list[0]?.target.limit))
    .filter(
      ({ file, name }) => filters.length === 0 || filters.some((word) => `${file} ${name}`.includes(word)),
    );
  if (words.includes('--list')) {
    for (const mutant of mutants) console.log(describe(mutant));
    console.log(`${mutants.length} mutants`);
    return 0;
  }

  const known = listTests();
  const inUse = [...new Set(mutants.map(({ target }) => target))];
  const problems = stale.map(
    ({ file, mutant }) => `targets.mjs calls a mutant equivalent that is no longer made: ${file} ${mutant}`,
  );
  await forEach(inUse, async (target, i) => {
    const missing = target.tests.filter((test) => !known.includes(test));
    problems.push(...missing.map((test) => `${test} does not exist`));
    const failing = missing.length === 0 && (await firstFailure(target.tests, `unbroken-${i}`, []));
    if (failing) problems.push(`${failing} fails on the unbroken sources`);
  });
  if (problems.length > 0) {
    console.log(problems.join('\n'));
    return 1;
  }

  let caught = 0;
  await forEach(mutants, async (mutant, i) => {
    const negation = mutant.broken.includes(NEGATE)
      ? `import { neg as ${NEGATE} } from '@retrograd/arrays';`
      : '';
    const plugin = replaceFile(join(root, mutant.file), `${mutant.text}\n${negation}`);
    if (await firstFailure(mutant.target.tests, `mutant-${i}`, [plugin], wordsOf(mutant.file))) caught++;
    else console.log(`SURVIVED ${describe(mutant)}`);
  });
  console.log(`${caught} of ${mutants.length} mutants caught`);
  return caught === mutants.length ? 0 : 1;
}

process.on('exit', () => rmSync(join(root, outdir), { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
process.exitCode = await main(process.argv.slice(2));
