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

test('ranks without a row take part: 5 rows on 7 ranks', async () => {
  const short = { steps: 8 };
  const alone = await train(scenarios[0], undefined, short);
  for (const curve of await results(7, {}, (world) => train(scenarios[0], world, short))) {
    assert.ok(difference(alone, curve) < 1e-12, String(difference(alone, curve)));
  }
});

test('a stop in the middle of a validation leaves all ranks without its loss, and in the same step', async () => {
  const curves = await results(2, {}, async (world) => {
    const signal = new AbortController();
    const { validation } = scenarios[0];
    const stopping = {
      ...validation,
      epoch: (...args: Parameters<typeof validation.epoch>) => {
        if (world.rank === 1) signal.abort();
        return validation.epoch(...args);
      },
    };
    return train({ ...scenarios[0], validation: stopping }, world, {
      validateEvery: 3,
      signal: signal.signal,
    });
  });
  for (const { losses, validations } of curves) assert.equal([losses.length, validations.length], [3, 0]);
});

test('a world of one draws the same bits as no world', async () => {
  const [curve] = await results(1, {}, (world) => train(scenarios[1], world));
  assert.equal(curve, await train(scenarios[1]));
});

test.run();
