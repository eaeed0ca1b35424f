import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

// The tests are tested: scripts/mutate.mjs breaks one line of a derivative at a time.
test('every broken derivative is caught by the tests', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/mutate.mjs'], {
    encoding: 'utf8',
  });
  const [, caught, all] = stdout.match(/^(\d+) of (\d+) mutants caught$/m)?.map(Number) ?? [];
  assert.is(status, 0, `${stdout}${stderr}`);
  assert.ok(all >= 40, `only ${all} mutants`);
  assert.is(caught, all);
});

test.run();
