/** How long the way through the code may be. */
import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('the recurrent packages, the longest file and a forward call stay within their limits', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/structure.mjs'], {
    encoding: 'utf8',
  });
  assert.is(status, 0, stdout + stderr);
  assert.match(stdout, /code lines: \d{4}, .*\d+ crossings/s);
});

test.run();
