/**
 * Every way in which a run of several processes can end: by itself, by a signal, by a failure, by waiting too
 * long.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { loadModel } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle, folder, runRanks, skipped, start } from '../support/mpi/launch.js';

if (!skipped(test, 'the ends of runs on MPI')) {
  const { program, command } = await bundle({
    program: 'test/support/mpi/program.ts',
    command: 'packages/mpi/src/command.ts',
  });
  const retrogradMpi = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    start(process.execPath, [command, ...args], env);

  test('processes that are bound to fewer cores than there are say so once', async () => {
    const { error, status } = spawnSync('taskset', ['-c', '0', 'true']);
    if (error || status !== 0 || cpus().length < 2) {
      console.log('SKIPPED: bound processes, as there is no taskset or a single core');
      return;
    }
    const bound = ['-c', '0', 'mpirun', '-n', '2', '--bind-to', 'none', process.execPath, program, 'world'];
    const { code, err } = await start('taskset', bound).outcome;
    assert.is(code, 0, err);
    const line = `retrograd-mpi: a process may use 1 of ${cpus().length} cores; start with --bind-to none`;
    assert.is(err.split(line).length, 2, err);
  });

  test('a rank that throws, rejects or exits takes the others with it, and its exit code is that of all', async () => {
    const cases: [string, number, RegExp][] = [
      ['throw', 1, /rank 1 throws/],
      ['reject', 1, /rank 1 rejects/],
      ['exit 0', 1, /rank 1 exits in the middle of a training; all processes end/],
      ['exit 3', 3, /./],
    ];
    await Promise.all(
      cases.map(async ([way, expected, words]) => {
        const { code, err, seconds } = await runRanks(2, program, ['leave', way]);
        assert.is(code, expected, `${way}: ${err}`);
        assert.match(err, words);
        assert.ok(seconds < 30, `${way} took ${seconds} s`);
      }),
    );
  });

  test('a rank that does not come is named after a while, and the watchdog ends the run', async () => {
    const { code, err, seconds } = await runRanks(3, program, ['stuck'], {
      TEST_OPTIONS: '{"timeout":3,"warnAfter":1}',
    });
    assert.is(code, 87);
    assert.match(
      err,
      /rank [02], after step \d+: all-reduce.* not complete after 1 s; waiting for rank 1 \(process \d+, after step \d+\)\n/,
    );
    assert.match(
      err,
      /not complete after 3 s; waiting for rank 1 .*; timeout, all processes end with exit code 87/,
    );
    assert.is(err.match(/after 1 s/g)?.length, 2, 'each of the two that wait warns once');
    assert.ok(seconds < 30, `${seconds} s`);
  });

  test('retrograd-mpi: SIGTERM ends the training after the step under way, saves it, and ends within 10 s', async () => {
    const path = join(folder, 'stopped');
    const running = retrogradMpi(['-n', '2', '--restarts', '2', program, 'endless', path], {
      TEST_OPTIONS: JSON.stringify({ save: path }),
    });
    await running.seen('step 12\n');
    const at = performance.now();
    running.child.kill('SIGTERM');
    const { code, out, err } = await running.outcome;
    assert.is(code, 143, err);
    assert.ok(performance.now() - at < 10_000);
    const last = Math.max(...[...out.matchAll(/^step (\d+)$/gm)].map(([, step]) => Number(step)));
    assert.is(loadModel(readFileSync(path)).training?.step, last);
  });

  test('retrograd-mpi starts a failed run again, which goes on from its file, and hands on the exit code', async () => {
    const path = join(folder, 'restarted');
    const running = retrogradMpi(['-n', '2', '--restarts', '1', program, 'survive', path]);
    await running.seen('step 20\n');
    const [, pid] = running.out().match(/rank 1 is process (\d+)/) as RegExpMatchArray;
    process.kill(Number(pid), 'SIGKILL');
    const { code, out, err } = await running.outcome;
    assert.is(code, 0, err);
    assert.match(err, /retrograd-mpi: ended with exit code 137; restart 1 of 1/);
    const begun = [...out.matchAll(/rank 0 begins after step (\d+)/g)].map(([, step]) => Number(step));
    assert.is(begun.length, 2);
    assert.ok(begun[1] >= 15, `went on after step ${begun[1]}`);
    assert.ok(existsSync(`${path}.end`));
    const failed = await retrogradMpi(['-n', '2', '--restarts', '1', program, 'leave', 'exit 3']).outcome;
    assert.is(failed.code, 3);
    assert.is(failed.err.match(/restart 1 of 1/g)?.length, 1);
  });
}

test.run();
