/** The main job under a launcher: one voice, the losses of one process, files that either can go on with. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sentences } from '../support/char-model-program.js';
import { bundle, folder, type Outcome, skipped, start } from '../support/mpi/launch.js';

if (!skipped(test, 'the main job on MPI')) {
  const { main, command } = await bundle({
    main: 'examples/char-model/main.ts',
    command: 'packages/mpi/src/command.ts',
  });
  writeFileSync(join(folder, 'text'), sentences(60, 1));
  const small = ['--text', 'text', '--hidden', '12', '--embedding', '6', '--batch', '5', '--seq-length', '8'];
  const common = [...small, '--dtype', 'float64', '--sample-length', '20', '--threads', '1'];
  const on = (processes: number, ...args: string[]): Promise<Outcome> =>
    processes === 0
      ? start(process.execPath, [main, ...common, ...args]).outcome
      : start(process.execPath, [command, '-n', String(processes), main, ...common, ...args]).outcome;
  /** The numbers and samples, without what depends on time. */
  const lines = ({ out }: Outcome): string[] =>
    out
      .replaceAll('\r', '')
      .split('\n')
      .filter((line) => /^step .*writes|^ {2}\|/.test(line))
      .map((line) => line.replace(/trained in .*, writes/, 'writes'));

  test('2 and 3 processes: the same losses and samples as one, told once', async () => {
    const options = ['--steps', '40', '--sample-every', '10'];
    const alone = await on(0, ...options);
    assert.is(alone.code, 0, alone.err);
    assert.ok(lines(alone).length >= 8);
    for (const processes of [2, 3]) {
      const outcome = await on(processes, ...options);
      assert.is(outcome.code, 0, outcome.err);
      assert.equal(lines(outcome), lines(alone));
      assert.match(outcome.out, new RegExp(`, ${processes} processes;`));
    }
  });

  test('a training saved by 2 processes goes on with one, and one saved by one with 2', async () => {
    const whole = await on(0, '--steps', '400', '--sample-every', '400');
    for (const [first, second] of [
      [2, 0],
      [0, 2],
    ]) {
      const file = `saved-by-${first}`;
      // The learning rate falls to the last step: the first part is stopped by a signal, not by --steps.
      const args = [...common, '--steps', '400', '--sample-every', '400', '--save', file];
      const running =
        first === 0
          ? start(process.execPath, [main, ...args])
          : start(process.execPath, [command, '-n', String(first), main, ...args]);
      await running.seen(/step 17\/400/);
      running.child.kill('SIGTERM');
      const stopped = await running.outcome;
      assert.is(stopped.code, 143, stopped.err);
      const { training } = loadModel(readFileSync(join(folder, file)));
      assert.is(training?.hidden?.[0][0].shape[0] ?? 5, 5, 'the file holds the rows of all processes');
      const rest = await on(second, '--steps', '400', '--sample-every', '400', '--save', file, '--resume');
      assert.is(rest.code, 0, rest.err);
      const last = (outcome: Outcome) =>
        lines(outcome)
          .join('\n')
          .match(/validation .*/)?.[0];
      assert.is(last(rest), last(whole));
    }
  });

  test('a mistake is told in a line, and ends all', async () => {
    const { code, err } = await on(2, '--hidden', '0');
    assert.is(code, 2);
    assert.match(err, /^char-model: --hidden must be an integer from 1 to 8192, got '0'$/m);
  });
}

test.run();
