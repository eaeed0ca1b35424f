/** The library works where a JavaScript engine refuses to compile strings, as in a page with a strict content security policy. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const folder = mkdtempSync(join(tmpdir(), 'retrograd-strict-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = `
  import { argmax, gradCheck, LSTM, ones, randomNormal, sum, tensor } from 'retrograd';

  try {
    new Function('');
  } catch (error) {
    console.log(error.name);
  }
  for (let rank = 0; rank <= 9; rank++) ones(new Array(rank).fill(2)).hi();
  for (const dtype of ['float32', 'float64']) {
    const lstm = new LSTM(3, 4, { seed: 1, dtype });
    const h_all = lstm.forward(ones([2, 5, 3], { dtype }));
    lstm.backward(h_all);
    console.log(dtype, argmax(h_all, 1).dtype, h_all.dtype, lstm.getGradients().W_f.dtype);
  }
  const lstm = new LSTM(3, 4, { seed: 1 });
  const x = tensor(randomNormal([2, 5, 3], { seed: 2 }));
  console.log(gradCheck(() => sum(lstm.forward(x)[0]), lstm.parameters()).ok);
`;

test('arrays of every rank, layers and graphs work without code from strings', async () => {
  const outfile = join(folder, 'program.mjs');
  await build({
    stdin: { contents: PROGRAM, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    tsconfig: 'tsconfig.json',
    logLevel: 'silent',
  });
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--disallow-code-generation-from-strings', outfile],
    { encoding: 'utf8' },
  );
  assert.is(stderr, '');
  assert.equal(stdout.trim().split('\n'), [
    'EvalError',
    'float32 int32 float32 float32',
    'float64 int32 float64 float64',
    'true',
  ]);
});

test.run();
