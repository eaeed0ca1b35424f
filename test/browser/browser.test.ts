/**
 * The tests of pages, and the PyTorch numbers, in a real browser where one is installed; scripts/browser.mjs
 * runs more.
 */
import { spawn } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** What scripts/browser.mjs answers where there is no browser. */
const NO_BROWSER = 2;

function runBrowser(
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['scripts/browser.mjs', ...words], { env });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

test('pages train, on threads and on one, and agree with PyTorch', async () => {
  const { code, output } = await runBrowser(['.page.ts', 'cross-check/pytorch-sequences.test.ts [wasm]']);
  if (code === NO_BROWSER) {
    console.log(`SKIPPED: ${output.trim()}`);
    return;
  }
  assert.is(code, 0, output);
  assert.match(output, /^\d{2,} passed, 0 failed, 0 skipped$/m);
});

test('a browser that is named but not there is an error', async () => {
  const named = await runBrowser(['.page.ts'], { ...process.env, RETROGRAD_BROWSER: 'no-such-program' });
  assert.is(named.code, 1);
  assert.match(named.output, /^RETROGRAD_BROWSER must name a program, got 'no-such-program'$/m);
});

test.run();
