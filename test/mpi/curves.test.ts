/** On MPI: 1, 2, 3 and 4 processes train as one without it does, and a tree gives equal files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle, folder, runRanks, skipped, start } from '../support/mpi/launch.js';
import { type Curve, difference, fewScenarios, train } from '../support/mpi/scenarios.js';

if (!skipped(test, 'training on MPI')) {
  const { program } = await bundle({ program: 'test/support/mpi/program.ts' });

  test('1, 2, 3 and 4 processes: losses, norms, validation and weights of one, over 50 steps', async () => {
    const alone = new Map<string, Curve>();
    for (const scenario of fewScenarios) alone.set(scenario.title, await train(scenario));
    for (const size of [1, 2, 3, 4]) {
      const { code, out, err } = await runRanks(size, program, ['curves']);
      assert.is(code, 0, err);
      const curves = [...out.matchAll(/^curve (.*)$/gm)].map(([, text]) => JSON.parse(text));
      assert.is(curves.length, fewScenarios.length);
      for (const { title, same, curve } of curves) {
        const off = difference(alone.get(title) as Curve, curve);
        assert.ok(off < 1e-12, `${title} with ${size} processes is off by ${off}`);
        assert.ok(same, `${title}: ranks of ${size} differ`);
      }
    }
  });

  test('different kernels are reported, and refused where replicas would drift apart', async () => {
    const on = (kernels: string, task: string) => [
      '-n',
      '1',
      '-x',
      `RETROGRAD_KERNELS=${kernels}`,
      process.execPath,
      program,
      task,
    ];
    const both = (task: string) =>
      start('mpirun', ['--bind-to', 'none', ...on('plain', task), ':', ...on('wasm-simd', task)]).outcome;
    const small = await both('curves');
    assert.is(small.code, 0, small.err);
    assert.match(
      small.err,
      /rank 0 computes with plain and rank 1 with wasm-simd: runs will not repeat to the bit/,
    );
    for (const [, text] of small.out.matchAll(/^curve (.*)$/gm)) assert.ok(JSON.parse(text).same);
    const large = await both('large');
    assert.is(large.code, 1);
    assert.match(
      large.err,
      /ValueError: fit: rounding of the optimizer must be the same on every rank, got \w+ on rank 0 and \w+ on rank 1; use the same kernels: set RETROGRAD_KERNELS=wasm-simd/,
    );
  });

  test("bits: 'tree': the files of 1, 2, 4 and 8 processes are equal, byte for byte", async () => {
    const files: Buffer[] = [];
    for (const size of [1, 2, 4, 8]) {
      const path = join(folder, `tree-${size}`);
      const { code, err } = await runRanks(size, program, ['tree', path], {
        TEST_OPTIONS: '{"bits":"tree"}',
      });
      assert.is(code, 0, err);
      files.push(readFileSync(`${path}.end`));
    }
    for (const file of files) assert.ok(file.equals(files[0]));
    assert.ok(files[0].length > 10_000);
  });
}

test.run();
