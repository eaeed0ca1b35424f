/** Two machines, and what happens when the cable between them is pulled. */
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle, folder, skipped, start } from '../support/mpi/launch.js';
import { makeMachines } from '../support/mpi/namespaces.js';

if (!skipped(test, 'two machines on MPI')) {
  const machines = makeMachines();
  if (typeof machines === 'string') {
    test('nothing to test with: network namespaces are not allowed here', () => {
      console.log(`SKIPPED: two machines on MPI, as there are no network namespaces (${machines})`);
    });
  } else {
    const { program, command } = await bundle({
      program: 'test/support/mpi/program.ts',
      command: 'packages/mpi/src/command.ts',
    });
    const { onA, hosts, env, link } = machines;
    const onBoth = (task: string, more: NodeJS.ProcessEnv) => {
      const [first, ...args] = [
        ...onA,
        process.execPath,
        command,
        '--hosts',
        hosts,
        program,
        task,
        `${folder}/file`,
      ];
      return start(first, args, { ...env, ...more });
    };

    test('processes on two machines talk over the network', async () => {
      const { code, out, err } = await onBoth('world', {}).outcome;
      assert.is(code, 0, err);
      assert.match(out, /world of 2, sum 3, hello from 0, hello from 1/);
    });

    test('a cable that is pulled for 2 s costs 2 s; one that stays out ends the run by the watchdog', async () => {
      const running = onBoth('endless', { TEST_OPTIONS: '{"timeout":5,"warnAfter":1}' });
      const steps = () => [...running.out().matchAll(/^step (\d+)$/gm)].length;
      await running.seen('step 10\n');
      link('down');
      await sleep(2000);
      const before = steps();
      link('up');
      await running.seen(`step ${before + 20}\n`);
      link('down');
      const at = performance.now();
      const { code, err } = await running.outcome;
      const seconds = (performance.now() - at) / 1000;
      assert.is(code, 87, err);
      assert.match(err, /not complete after 1 s; no word of rank 1/);
      assert.match(
        err,
        /not complete after 5 s; no word of rank 1 .*; timeout, all processes end with exit code 87/,
      );
      assert.ok(seconds < 5 + 10, `${seconds} s from the cut to the end`);
      const [, pid] = running.out().match(/rank 1 is process (\d+)/) as RegExpMatchArray;
      assert.throws(() => process.kill(Number(pid), 0), /ESRCH/);
    });
  }
}

test.run();
