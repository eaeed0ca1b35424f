import { existsSync, readdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { folder, inFolder, run, sentences, small, start, writeFile } from '../support/char-model-program.js';

writeFile('text.txt', sentences(400, 6));
const endless = ['--text', 'text.txt', ...small, '--steps', '10000000', '--sample-every', '10000000'];
const begun = 'learning rate';

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal} finishes the step, saves, says where, and ends with exit code ${code}`, async () => {
    const running = start([...endless, '--save', `${signal}.st`]);
    await running.seen(begun);
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.kill(signal);
    const outcome = await running.outcome;
    assert.is(outcome.err, '');
    assert.is(outcome.code, code);
    assert.match(
      outcome.out,
      new RegExp(
        `stopping after this step; once more to stop at once\nstopped after step \\d+/10000000: training .*\nsaved to ${signal}\\.st; .*\n$`,
      ),
    );
    assert.is((await run('--load', `${signal}.st`, '--generate', '10')).code, 0);
    assert.equal(
      readdirSync(folder).filter((name) => name.includes('.tmp')),
      [],
    );
  });
}

test('without --save it says that nothing is kept', async () => {
  const running = start(endless);
  await running.seen(begun);
  await new Promise((resolve) => setTimeout(resolve, 300));
  running.kill('SIGINT');
  const { out, code } = await running.outcome;
  assert.is(code, 130);
  assert.match(out, /\nnot saved; give --save FILE to keep the model\n$/);
});

// On the plain kernels a step of this takes far longer than the test waits, also on a fast machine.
const slow = [
  '--text',
  'text.txt',
  '--hidden',
  '400',
  '--batch',
  '64',
  '--seq-length',
  '120',
  '--steps',
  '5',
];

test('a second signal within half a second is the same press of Ctrl-C, as npm sends it on', async () => {
  const step = ['--hidden', '160', '--batch', '32', '--seq-length', '64'];
  const running = start(['--text', 'text.txt', ...step, '--steps', '24', '--save', 'twice.st']);
  await running.seen('step 1/24');
  running.kill('SIGINT');
  await running.seen('stopping after this step');
  running.kill('SIGINT');
  const { out, code } = await running.outcome;
  assert.is(code, 130);
  assert.match(out, /\nsaved to twice\.st; /);
});

test('a second Ctrl-C ends the program at once, in the middle of a step', async () => {
  const running = start([...slow, '--save', 'never.st'], { RETROGRAD_KERNELS: 'plain' });
  await running.seen(begun);
  await new Promise((resolve) => setTimeout(resolve, 300));
  running.kill('SIGINT');
  await running.seen('stopping after this step');
  await new Promise((resolve) => setTimeout(resolve, 600));
  const before = performance.now();
  running.kill('SIGINT');
  const { out, code } = await running.outcome;
  assert.is(code, 130);
  assert.ok(performance.now() - before < 2000);
  assert.not.match(out, /stopped after|saved/);
  assert.not.ok(existsSync(inFolder('never.st')));
});

test.run();
