/**
 * The whole test run: `node scripts/test.mjs` type-checks, lints, and runs every test/**\/*.test.ts.
 * `node scripts/test.mjs lstm kernels/shape` runs only the test files whose path contains one of the words.
 * `node scripts/test.mjs --kernels plain layers` runs them on one kernel set: plain, wasm-simd, wasm, or blas, which is
 * WebAssembly with all products by a native library. Without filters these are the numeric files. With neither, everything
 * runs on the default set, and the numeric files once more on each other one. Where no native library is installed, a line
 * says that the files on blas are skipped.
 * `--node <program>` runs them in another Node than this one.
 *
 * Each file is bundled with the sources and runs in a process of its own. A file that crashes, hangs, or
 * reports no test at all counts as a failure. The last line is `N passed, M failed`.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundlePrograms, listTests, root } from '../esbuild.config.mjs';
import { generate } from './generate.mjs';
import { isRepeated, KERNELS } from './kernel-sets.mjs';
import { parseUvuOutput } from './parse-uvu-output.mjs';

const PARALLEL = 2;
const SETS = [...KERNELS, 'blas'];
const TIMEOUT_MS = 420_000;
/** Chooses the native library in a test that it is bundled with, since the kernels know none by name. */
const USE_BLAS = 'test/support/blas/use-blas.ts';
const LONG = /\/(mutation|pack|readme|examples?)\.test\.ts$/;

/** Runs a command and gives its exit code (null when killed), its output, and whether it ran out of time. */
function run(args, { timeout = TIMEOUT_MS, kernels, node = process.execPath } = {}) {
  return new Promise((resolve) => {
    const started = performance.now();
    // A group of its own, so that a hanging test is ended together with what it started.
    const child = spawn(node, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...(kernels && { RETROGRAD_KERNELS: kernels }),
        ...{ FORCE_COLOR: '0', NO_COLOR: '1', RETROGRAD_TEST: '1' },
      },
      detached: true,
    });
    running.add(child);
    let output = '';
    let limit = 0;
    const timer = setTimeout(() => {
      limit = timeout / 1000;
      kill(child);
    }, timeout);
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, signal, output, limit, seconds: (performance.now() - started) / 1000 });
    });
  });
}

const running = new Set();

function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}

const totals = { passed: 0, failed: 0 };

function report(name, { passed, failed, skipped = 0, reasons, output, seconds }) {
  totals.passed += passed;
  totals.failed += failed;
  const mark = failed > 0 ? 'FAIL' : 'ok  ';
  const rest = `${skipped > 0 ? `, ${skipped} skipped` : ''}${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}`;
  console.log(`${mark} ${name}  ${passed} passed${rest}  (${seconds.toFixed(1)} s)`);
  // What could not be tested must be seen.
  for (const [line] of output.matchAll(/SKIPPED: .*/g)) console.log(`     ${line}`);
  if (failed > 0) console.log(`${output.trimEnd()}\n`);
}

async function check(name, args) {
  const result = await run(args);
  const good = result.code === 0;
  report(name, { ...result, passed: good ? 1 : 0, failed: good ? 0 : 1, reasons: [] });
}

/** Bundles all files at once; when that fails, one by one, so that one broken file does not hide the others. */
async function bundle(files, outdir, inject = []) {
  const options = { logLevel: 'silent', inject };
  try {
    await bundlePrograms(files, outdir, options);
    return files;
  } catch {
    const good = [];
    for (const file of files) {
      try {
        await bundlePrograms([file], outdir, options);
        good.push(file);
      } catch (error) {
        report(file, {
          passed: 0,
          failed: 1,
          reasons: ['cannot be built'],
          output: error.message,
          seconds: 0,
        });
      }
    }
    return good;
  }
}

/** Why no test can run on blas here, in one line; null when it can. */
async function whyNoBlas(outdir, node) {
  await bundlePrograms([USE_BLAS], outdir, { logLevel: 'silent' });
  const { code, output } = await run([join(root, outdir, USE_BLAS.replace(/\.ts$/, '.js'))], { node });
  if (code === 0) return null;
  const [reason] = output.match(/LibraryError: .*|Cannot find package 'koffi'/) ?? [];
  // Anything else is a fault, which every file on blas will show.
  return reason?.replace('LibraryError: ', '') ?? null;
}

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

async function main(words) {
  const { kernels, node, filters } = readWords(words);
  const files = listTests().filter((path) =>
    filters.length > 0
      ? filters.some((word) => path.includes(word))
      : kernels === undefined || isRepeated(path),
  );
  if (files.length === 0) {
    console.log(`no test file matches ${filters.join(' ')}`);
    totals.failed += 1;
  }
  // A folder of its own, so that two runs at the same time do not disturb each other.
  const outdir = `build/run-${process.pid}`;
  process.on('exit', () => {
    for (const child of running) kill(child);
    rmSync(join(root, outdir), { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

  // Before the types are checked, which need the modules.
  await generate();
  if (filters.length === 0 && kernels === undefined) {
    const tsc = 'node_modules/typescript/bin/tsc';
    await check('types: library, examples and tests', [tsc, '--noEmit', '-p', 'tsconfig.json']);
    await check('types: library without Node', [
      tsc,
      '-p',
      'tsconfig.packages.json',
      '--outDir',
      `${outdir}/types`,
    ]);
    await check('types: packages/blas', [tsc, '-p', 'packages/blas']);
    await check('lint and format', ['node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off']);
  }
  // The long ones first, so that no worker is left with one at the end.
  files.sort((a, b) => LONG.test(b) - LONG.test(a));
  const built = await bundle(files, outdir);
  const queue = kernels === 'blas' ? [] : built.map((file) => ({ file, kernels, folder: outdir }));
  const whole = filters.length === 0 && kernels === undefined;
  const numeric = built.filter(isRepeated);
  if (whole) {
    // The default set is 'wasm', unless the surroundings name another.
    const others = KERNELS.filter((set) => set !== (process.env.RETROGRAD_KERNELS || 'wasm'));
    for (const set of others) queue.push(...numeric.map((file) => ({ file, kernels: set, folder: outdir })));
  }
  if (whole || kernels === 'blas') {
    const reason = await whyNoBlas(outdir, node);
    const onBlas = whole ? numeric : built;
    if (reason === null) {
      const folder = `${outdir}/blas`;
      const ready = await bundle(onBlas, folder, [USE_BLAS]);
      queue.push(...ready.map((file) => ({ file, kernels: 'blas', folder })));
    } else {
      console.log(
        `SKIPPED: ${onBlas.length} test files on blas, no native library to run them with: ${reason}`,
      );
    }
  }
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const program = join(root, job.folder, job.file.replace(/\.ts$/, '.js'));
      // The library works beside the kernels 'wasm'.
      const set = job.kernels === 'blas' ? 'wasm' : job.kernels;
      const result = await run(['--expose-gc', '--enable-source-maps', program], { kernels: set, node });
      report(job.kernels ? `${job.file} [${job.kernels}]` : job.file, parseUvuOutput(result));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  process.exit(totals.failed > 0 ? 1 : 0);
}

await main(process.argv.slice(2));
