/**
 * P processes on a batch come to what one process comes to on it. Without MPI: ranks are tasks of one thread.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { difference, STEPS, scenarios, train } from '../support/mpi/scenarios.js';
import { results } from '../support/mpi/threads.js';

for (const scenario of scenarios) {
  test(`${scenario.title}: 2, 3 and 4 ranks train as one does`, async () => {
    const alone = await train(scenario);
    assert.is(alone.losses.length, STEPS);
    assert.is(alone.validations.length, 2);
    assert.ok(
      alone.norms.some((norm) => norm > scenario.clipNorm),
      'clipping is never on',
    );
    for (const size of [1, 2, 3, 4]) {
      const curves = await results(size, {}, (world) => train(scenario, world));
      for (const curve of curves) {
        assert.ok(difference(alone, curve) < 1e-12, `${size} ranks differ by ${difference(alone, curve)}`);
        assert.equal(curve, curves[0], 'all ranks tell the same');
      }
    }
  });
}

test('a world of one draws the same bits as no world', async () => {
  const [curve] = await results(1, {}, (world) => train(scenarios[1], world));
  assert.equal(curve, await train(scenarios[1]));
});

test.run();
