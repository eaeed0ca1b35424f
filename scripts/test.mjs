/**
 * The whole test run: `node scripts/test.mjs` type-checks, lints, and runs every test/**\/*.test.ts.
 * `node scripts/test.mjs lstm kernels/sel` runs the test files whose path contains one of the words, and of
 * the others those tests whose title does, in whatever case.
 * `node scripts/test.mjs --kernels plain lstm` runs them on one kernel set: plain, wasm-simd, wasm, or blas,
 * which is WebAssembly with all products by a native library. Without filters these are the files that say
 * `export const kernels = 'all';`. With neither, everything runs on the default set, and those files once
 * more on each other one.
 * `--node <program>` runs them in another Node than this one.
 *
 * Each file is bundled with the sources and runs in a process of its own. A file that crashes, hangs, or
 * reports no test at all counts as a failure. The last line is `N passed, M failed, K skipped`: K counts
 * every test that wrote a line with SKIPPED, and every test file that could not run on blas because there is
 * no library.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundlePrograms, listTests, root } from '../esbuild.config.mjs';
import { generate } from './generate.mjs';
import { builtPath, bundleTests, inPlaceOfUvu } from './testing/bundle-tests.mjs';
import { filesByTitle } from './testing/by-title.mjs';
import { KERNELS, runsOnAllKernels } from './testing/kernel-sets.mjs';
import { matches } from './testing/matches.mjs';
import { parseUvuOutput } from './testing/parse-uvu-output.mjs';
import { reporter } from './testing/report.mjs';
import { runProgram } from './testing/run-program.mjs';

const PARALLEL = 2;
const SETS = [...KERNELS, 'blas'];
/** Chooses the native library in a test that it is bundled with, since the kernels know none by name. */
const USE_BLAS = 'test/support/blas/use-blas.ts';
const BY_TITLE = 'scripts/testing/uvu-by-title.mjs';
const LONG = /\/(mutation|pack|readme|examples?)\.test\.ts$/;

const { report, skip, end } = reporter();
const cannotBeBuilt = (file, output) =>
  report(file, { passed: 0, failed: 1, reasons: ['cannot be built'], output });

/** The options with their values, and the filters; ends when one is wrong. */
function readWords(words) {
  try {
    const options = { kernels: { type: 'string' }, node: { type: 'string' } };
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
    if (values.kernels !== undefined && !SETS.includes(values.kernels)) {
      throw new Error(`--kernels must be one of ${SETS.join(', ')}, got ${values.kernels}`);
    }
    return { ...values, filters: positionals };
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

async function checkAll(outdir) {
  const tsc = 'node_modules/typescript/bin/tsc';
  const checks = {
    'types: library, examples and tests': [tsc, '--noEmit', '-p', 'tsconfig.json'],
    'types: library without Node': [tsc, '-p', 'tsconfig.packages.json', '--outDir', `${outdir}/types`],
    'types: packages/blas': [tsc, '-p', 'packages/blas'],
    'types: packages/mpi': [tsc, '-p', 'packages/mpi'],
    'lint and format': ['node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off'],
  };
  for (const [name, args] of Object.entries(checks)) {
    const result = await runProgram(args);
    const good = result.code === 0;
    report(name, { ...result, passed: good ? 1 : 0, failed: good ? 0 : 1 });
  }
}

/** The built files to run, and of which of them only the tests that have one of the words in their titles. */
async function selectFiles({ filters, kernels }, outdir) {
  const all = listTests();
  if (filters.length === 0) {
    const files = all.filter((file) => kernels === undefined || runsOnAllKernels(file));
    return { files: await bundleTests(files, outdir, {}, cannotBeBuilt), byTitle: [] };
  }
  const byPath = all.filter((file) => matches(file, filters));
  const others = all.filter((file) => !byPath.includes(file));
  const options = { plugins: [inPlaceOfUvu(BY_TITLE)] };
  // One that cannot be built, of those that were not asked for, may be in the making.
  const read = await bundleTests(others, outdir, options, () => {});
  const byTitle = await filesByTitle(read, outdir, filters);
  const built = await bundleTests(byPath, outdir, {}, cannotBeBuilt);
  if (byPath.length + byTitle.length === 0) {
    const reasons = ['no test file has that in its path, and no test in its title'];
    report(filters.join(' '), { passed: 0, failed: 1, reasons });
  }
  return { files: [...built, ...byTitle], byTitle };
}

/** Why no test can run on blas here, in one line; null when it can. */
async function whyNoBlas(outdir, node) {
  await bundlePrograms([USE_BLAS], outdir, { logLevel: 'silent' });
  const { code, output } = await runProgram([builtPath(outdir, USE_BLAS)], { node });
  if (code === 0) return null;
  const [reason] = output.match(/LibraryError: .*|Cannot find package 'koffi'/) ?? [];
  // Anything else is a fault, which every file on blas will show.
  return reason?.replace('LibraryError: ', '') ?? null;
}

/** Builds files once more, to compute with the native library. @returns those that can */
async function bundleForBlas({ files, byTitle }, outdir, node) {
  const reason = await whyNoBlas(outdir, node);
  if (reason !== null) {
    skip(files.length, `${files.length} test files on blas, no native library to run them with: ${reason}`);
    return [];
  }
  const build = (some, plugins) =>
    bundleTests(some, `${outdir}/blas`, { inject: [USE_BLAS], plugins }, cannotBeBuilt);
  const whole = await build(
    files.filter((file) => !byTitle.includes(file)),
    [],
  );
  return [...whole, ...(await build(byTitle, [inPlaceOfUvu(BY_TITLE)]))];
}

async function main(words) {
  const { kernels, node, filters } = readWords(words);
  // A folder of its own, so that two runs at the same time do not disturb each other.
  const outdir = `build/run-${process.pid}`;
  process.on('exit', () => rmSync(join(root, outdir), { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

  // Before the types are checked, which need the modules.
  await generate();
  const whole = filters.length === 0 && kernels === undefined;
  if (whole) await checkAll(outdir);
  const { files, byTitle } = await selectFiles({ filters, kernels }, outdir);
  // The long ones first, so that no worker is left with one at the end.
  files.sort((a, b) => LONG.test(b) - LONG.test(a));
  const queue = kernels === 'blas' ? [] : files.map((file) => ({ file, kernels, folder: outdir }));
  const repeated = files.filter(runsOnAllKernels);
  if (whole) {
    // The default set is 'wasm', unless the surroundings name another.
    const others = KERNELS.filter((set) => set !== (process.env.RETROGRAD_KERNELS || 'wasm'));
    for (const set of others) queue.push(...repeated.map((file) => ({ file, kernels: set, folder: outdir })));
  }
  if (whole || kernels === 'blas') {
    const onBlas = await bundleForBlas({ files: whole ? repeated : files, byTitle }, outdir, node);
    queue.push(...onBlas.map((file) => ({ file, kernels: 'blas', folder: `${outdir}/blas` })));
  }
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const args = ['--expose-gc', '--enable-source-maps', builtPath(job.folder, job.file)];
      // The library works beside the kernels 'wasm'.
      const set = job.kernels === 'blas' ? 'wasm' : job.kernels;
      const env = {
        ...(set && { RETROGRAD_KERNELS: set }),
        ...(byTitle.includes(job.file) && { RETROGRAD_WORDS: JSON.stringify(filters) }),
      };
      const result = await runProgram(args, { env, node });
      report(job.kernels ? `${job.file} [${job.kernels}]` : job.file, parseUvuOutput(result));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  process.exit(end());
}

await main(process.argv.slice(2));
