/**
 * The tests in a real browser: `npm run test:browser` runs everything that computes on every kernel set, and
 * the tests of pages (test/browser/*.page.ts) on pages with different headers. `npm run test:browser --
 * threads lstm` runs only what has one of the words in its name, as `test/browser/threads.page.ts
 * [isolated]`.
 *
 * The browser is an installed Chromium, or the program that the environment variable RETROGRAD_BROWSER names.
 * The last line is
 * `N passed, M failed, K skipped`; without a browser the exit code is 2.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from '../esbuild.config.mjs';
import { bundleForPages } from './browser/bundle.mjs';
import { ADVICE, findBrowser } from './browser/find-browser.mjs';
import { listPages, urlOf } from './browser/pages.mjs';
import { runPage } from './browser/run-page.mjs';
import { sameBits } from './browser/same-bits.mjs';
import { serve } from './browser/serve.mjs';
import { parseUvuOutput } from './testing/parse-uvu-output.mjs';
import { reporter } from './testing/report.mjs';

const PARALLEL = 2;
// Only pages of our own are opened, so containers without a sandbox will do.
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

const { report, end } = reporter();

async function runAll(pages, executablePath) {
  const outdir = `build/browser-${process.pid}`;
  process.on('exit', () => rmSync(join(root, outdir), { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
  await bundleForPages([...new Set(pages.map(({ file }) => file))], outdir);
  const server = await serve(outdir);
  const browser = await chromium.launch({
    executablePath,
    args: FLAGS,
    handleSIGINT: false,
    handleSIGTERM: false,
  });
  try {
    console.log(`in ${executablePath}, version ${browser.version()}`);
    const queue = [...pages];
    const outputs = [];
    const worker = async () => {
      for (let page = queue.shift(); page !== undefined; page = queue.shift()) {
        const result = await runPage(browser, urlOf(page, server.address, outdir));
        outputs.push({ name: page.name, output: result.output });
        report(page.name, parseUvuOutput(result));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    report('the same bits on every page', sameBits(outputs));
  } finally {
    await browser.close();
    server.close();
  }
}

/** @returns the exit code */
async function main(filters) {
  const browser = findBrowser();
  if (browser === null) {
    console.error(`there is no browser to test in: ${ADVICE}`);
    return 2;
  }
  const pages = listPages().filter(
    ({ name }) => filters.length === 0 || filters.some((word) => name.includes(word)),
  );
  if (pages.length === 0) {
    console.error(`no page matches ${filters.join(' ')}`);
    return 1;
  }
  await runAll(pages, browser);
  return end();
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
