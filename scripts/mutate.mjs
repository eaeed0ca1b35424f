/**
 * The mutation run: `node scripts/mutate.mjs [filter] [--all] [--list]` breaks one line of a backward function at a time and
 * shows that the tests notice. A mutant is caught when one of the test files named for its source fails, and survives when all
 * of them pass. Exit code 1 when any survives, or when the tests fail on the unbroken sources.
 *
 * Mutants are made in memory, by a plugin of the bundler; the source tree is never written to.
 * --all takes every mutant instead of the sample that keeps the run under two minutes; --list only prints them.
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bundlePrograms, listFiles, listTests, packageNames, root } from '../esbuild.config.mjs';
import { derivativeLines } from './mutation/regions.mjs';
import { NEGATE, rules } from './mutation/rules.mjs';
import { equivalent, targets } from './mutation/targets.mjs';

const PARALLEL = 2;
const TIMEOUT_MS = 60_000;
const outdir = `build/mutate-${process.pid}`;

/** All mutants of one target, in the order of the file, with equal ones taken once. */
function mutantsOf(target) {
  // Not all of packages/: what is built may come and go meanwhile.
  const files = packageNames.flatMap((name) =>
    listFiles(`packages/${name}/src`, (path) => target.sources.test(path)),
  );
  return files.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    const seen = new Set();
    const lines = source.split('\n');
    const extra = (target.extra ?? []).map(([find, broken]) => {
      const index = lines.findIndex((line) => line.includes(find));
      if (index < 0) throw new Error(`scripts/mutation/targets.mjs: ${file} has no line with ${find}`);
      const line = lines[index];
      return {
        file,
        source,
        index,
        line,
        broken: line.replace(find, broken),
        rule: 'extra',
        target,
      };
    });
    const made = derivativeLines(source, target).flatMap(({ index, line, from, scope }) =>
      rules.flatMap((rule) =>
        rule.apply(line, from).flatMap((broken) => {
          const key = `${index}:${broken}`;
          const skip =
            seen.has(key) || broken === line || bringsName(scope, broken) || isEquivalent(file, broken);
          if (skip) return [];
          seen.add(key);
          return [{ file, source, index, line, broken, rule: rule.name, target }];
        }),
      ),
    );
    return [...extra, ...made];
  });
}

/** Whether the line uses a name that its function does not know: a crash, not a wrong derivative. */
const bringsName = (scope, broken) =>
  (broken.match(/[a-z_]\w*/gi) ?? []).some(
    (name) => name !== 'null' && name !== NEGATE && !new RegExp(`\\b${name}\\b`).test(scope),
  );

/** Entries of the table that stand for a mutant of today's sources. */
const recognised = new Set();

function isEquivalent(file, broken) {
  const entry = equivalent.find((one) => file.endsWith(one.file) && broken.trim() === one.line);
  if (entry) recognised.add(entry);
  return entry !== undefined;
}

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

const bail = {
  name: 'bail',
  setup: (build) =>
    build.onResolve({ filter: /^uvu$/ }, () => ({ path: join(root, 'scripts/mutation/bail.mjs') })),
};

/** Runs one bundle until its first failing test; gives true when all passed. `words` name the tests that come first. */
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

const describe = ({ file, index, line, broken, rule }) =>
  `${file}:${index + 1} (${rule})\n    - ${line.trim()}\n    + ${broken.trim() || '(nothing)'}`;

async function main(words) {
  const filters = words.filter((word) => !word.startsWith('--'));
  const limit = words.includes('--all') ? Number.POSITIVE_INFINITY : undefined;
  const mutants = targets
    .flatMap((target) => sample(mutantsOf(target), limit ?? target.limit))
    .filter(({ file }) => filters.length === 0 || filters.some((word) => file.includes(word)));
  if (words.includes('--list')) {
    for (const mutant of mutants) console.log(describe(mutant));
    console.log(`${mutants.length} mutants`);
    return 0;
  }

  const stale = equivalent.filter((entry) => !recognised.has(entry));
  const known = listTests();
  const inUse = [...new Set(mutants.map(({ target }) => target))];
  const problems = stale.map(
    ({ file, line }) => `targets.mjs calls a mutant equivalent that is no longer made: ${file}: ${line}`,
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
    const lines = mutant.source.split('\n').with(mutant.index, mutant.broken);
    if (mutant.broken.includes(NEGATE)) lines.push(`import { neg as ${NEGATE} } from '@retrograd/kernels';`);
    const plugin = replaceFile(join(root, mutant.file), lines.join('\n'));
    if (await firstFailure(mutant.target.tests, `mutant-${i}`, [plugin], wordsOf(mutant.file))) caught++;
    else console.log(`SURVIVED ${describe(mutant)}`);
  });
  console.log(`${caught} of ${mutants.length} mutants caught`);
  return caught === mutants.length ? 0 : 1;
}

process.on('exit', () => rmSync(join(root, outdir), { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
process.exitCode = await main(process.argv.slice(2));
