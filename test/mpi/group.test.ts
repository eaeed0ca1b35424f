/** Ranks stay together: they begin alike, end in the same step, and notice when one has gone astray. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toNested } from '@retrograd/arrays';
import { add, crossEntropy, mul, parameter, sum } from '@retrograd/autograd';
import { Adam, fit, type LossFunction, RecurrentModel } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { difference, optimizerOf, scenarios, train, treeScenario } from '../support/mpi/scenarios.js';
import { errors, onRanks, results } from '../support/mpi/threads.js';

const folder = mkdtempSync(join(tmpdir(), 'retrograd-group-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const [, scenario] = scenarios;
const short = { steps: 12, validation: undefined, validateEvery: undefined };

test('a stop on one rank ends the training of all after the same step, with equal weights', async () => {
  const curves = await results(3, {}, async (world) => {
    const signal = new AbortController();
    return train(scenario, world, { ...short, signal: signal.signal }, ({ step }) => {
      if (world.rank === 1 && step === 7) signal.abort();
    });
  });
  assert.is(curves[0].losses.length, 7);
  for (const curve of curves) assert.equal(curve, curves[0]);
});

test('a break on one rank ends the training of all after the same step, and it is saved where that was asked for', async () => {
  const save = join(folder, 'left.safetensors');
  const steps = await results(3, { save }, async (world) => {
    const model = scenario.model(1);
    const optimizer = optimizerOf(scenario, model);
    let last = 0;
    for await (const { step } of fit(model, world.shard(scenario.source), {
      optimizer,
      ...short,
      seed: 1,
      world,
    })) {
      last = step;
      if (world.rank === 2 && step === 5) break;
    }
    return last;
  });
  assert.equal(steps, [5, 5, 5]);
  const [resumed] = await results(1, {}, async (world) => {
    const model = new RecurrentModel(scenario.model(1).config, { seed: 9 });
    const { resume } = await world.resume(save, model);
    return { step: resume?.step, rows: resume?.hidden?.[0][0].shape[0] };
  });
  assert.equal(resumed, { step: 5, rows: 5 });
});

test('a failure on one rank ends the training of all: there with its own error, elsewhere with one that names the rank', async () => {
  const told = await errors(3, {}, (world) =>
    train(scenario, world, short, ({ step }, model) => {
      if (world.rank === 1 && step === 4) {
        model.forward = () => {
          throw new Error('no data any more');
        };
      }
    }),
  );
  assert.is(told[1], 'Error: no data any more');
  for (const rank of [0, 2]) {
    assert.is(
      told[rank],
      'GroupError: fit: training must be successful on every rank, got a failure of rank 1 in step 5; its own message says why',
    );
  }
});

test('a loss that is not finite on one rank changes no weight on any', async () => {
  const before: string[] = [];
  const after: string[] = [];
  await onRanks(2, {}, async (world) => {
    const model = scenario.model(1);
    const weights = () => JSON.stringify(Array.from(model.rnn[0].parameters()[0].value.data));
    const trained = train({ ...scenario, model: () => model }, world, short, ({ step }) => {
      if (step !== 3) return;
      before[world.rank] = weights();
      if (world.rank === 1) model.head.bias?.update((value) => value.data.fill(Number.NaN));
    });
    assert.ok(
      await trained.then(
        () => false,
        () => true,
      ),
      'it went on',
    );
    after[world.rank] = weights();
  });
  assert.equal(after, before);
  assert.is(after[0], after[1]);
});

test('a parameter without a gradient on any rank gets no step; with one on some rank, all of them do it', async () => {
  const ends = await results(3, {}, async (world) => {
    const model = scenario.model(1);
    const [unused, seldom] = [parameter([1, 2]), parameter([3, 4])];
    const optimizer = new Adam([...model.parameters(), unused, seldom], { lr: 0.1 });
    const loss: LossFunction = (output, target) => {
      const whole = crossEntropy(output, target);
      return world.rank === 1 ? add(whole, sum(mul(seldom, seldom))) : whole;
    };
    const data = world.shard(scenario.source);
    for await (const _ of fit(model, data, { optimizer, ...short, seed: 1, world, loss }));
    const steps = optimizer.stateDict().steps.slice(-2);
    return { steps, unused: toNested(unused.value), seldom: toNested(seldom.value) };
  });
  for (const end of ends) assert.equal(end, ends[0]);
  assert.equal(ends[0].steps, [0, 12]);
  assert.equal(ends[0].unused, [1, 2]);
  // Adam's first steps are of the size of the learning rate, whatever that of the gradient.
  assert.ok((ends[0].seldom as number[])[0] < 2.5);
});

test('one training follows another, but two at once are refused', async () => {
  const both = await results(2, {}, async (world) => {
    const first = await train(scenario, world, short);
    const second = await train(scenario, world, short);
    const begun = train(scenario, world, short, async ({ step }) => {
      if (step !== 2) return;
      const message = await train(scenario, world, short).catch((error) => error.message);
      assert.is(message, 'fit: world must be in one training at a time, got one in another');
    });
    return [first, second, await begun];
  });
  for (const curves of both) for (const curve of curves) assert.equal(curve, both[0][0]);
});

test('ranks that were given different settings or models do not begin', async () => {
  const message = async (given: (rank: number) => object): Promise<string[]> =>
    errors(3, {}, (world) => train(scenario, world, { ...short, ...given(world.rank) }));
  for (const text of await message((rank) => ({ clipNorm: rank === 2 ? 3 : 1 }))) {
    assert.is(
      text,
      'ValueError: fit: clipNorm must be the same on every rank, got 1 on rank 0 and 3 on rank 2',
    );
  }
  for (const text of await message((rank) => ({ steps: 12 + rank }))) {
    assert.is(
      text,
      'ValueError: fit: steps must be the same on every rank, got 12 on rank 0 and 13 on rank 1',
    );
  }
  const models = await errors(2, {}, (world) => train(scenarios[world.rank], world, short));
  for (const text of models) assert.match(text, /must be the same on every rank/);
});

test('a weight that one rank has changed is noticed at the next comparison, and named', async () => {
  const told = await errors(3, { guardEvery: 5 }, (world) =>
    train(scenario, world, short, ({ step }, model) => {
      if (world.rank === 2 && step === 6)
        model.head.weight.update((value) => value.set(0, 0, value.get(0, 0) + 1e-15));
    }),
  );
  for (const text of told) {
    assert.is(
      text,
      'StateError: fit: parameters after step 10 must be those of rank 0 on every rank, got others on rank 2; change parameters on all ranks alike, or on none',
    );
  }
  const saved = await errors(2, {}, (world) =>
    train(scenario, world, short, async ({ step, state }, model) => {
      if (world.rank === 1 && step === 2) model.head.weight.update((value) => value.set(0, 0, 1));
      if (step === 3) await world.save(join(folder, 'never.safetensors'), model, state());
    }),
  );
  for (const text of saved) assert.match(text, /^StateError: fit: parameters after step 3/);
});

test('a training saved by 3 ranks goes on with 2, 1 and 3, and ends where it would have', async () => {
  const path = join(folder, 'half.safetensors');
  const whole = await train(scenario);
  await results(3, {}, (world) =>
    train(scenario, world, { steps: 23 }, async ({ step, state }, model) => {
      if (step === 23) await world.save(path, model, state(), { metadata: { note: 'half' } });
    }),
  );
  assert.match(readFileSync(path, 'latin1'), /"note":"half"/);
  for (const size of [2, 1, 3]) {
    const [curve] = await results(size, {}, async (world) => {
      const probe = scenario.model(1);
      const { resume } = await world.resume(path, probe);
      const resumed = { ...scenario, model: () => probe };
      return train(resumed, world, { resume });
    });
    const rest = {
      ...whole,
      losses: whole.losses.slice(23),
      norms: whole.norms.slice(23),
      validations: whole.validations.slice(1),
    };
    assert.ok(difference(rest, curve) < 1e-12, `${size} ranks differ by ${difference(rest, curve)}`);
  }
  assert.equal(await results(2, {}, (world) => world.resume(join(folder, 'none'), scenario.model(1))), [
    {},
    {},
  ]);
});

test('a file that cannot be written or read is an error on every rank', async () => {
  const nowhere = join(folder, 'no/such/folder/x');
  const told = await errors(2, {}, (world) =>
    train(scenario, world, short, ({ state }, model) => world.save(nowhere, model, state())),
  );
  for (const text of told)
    assert.match(text, /^GroupError: save: path must be a file that rank 0 can write, got ENOENT/);
  const read = await errors(2, {}, (world) => world.resume(folder, scenario.model(1)));
  for (const text of read)
    assert.match(text, /^GroupError: resume: path must be a file that rank 0 can read, got EISDIR/);
});

test('with dropout each rank and each step draws numbers of its own', async () => {
  const drawn: string[] = [];
  await results(2, {}, (world) => {
    const model = treeScenario.model(1);
    const forward = model.forward.bind(model);
    model.forward = (x, state) => {
      drawn.push(JSON.stringify(model.generatorStates()));
      return forward(x, state);
    };
    return train({ ...treeScenario, model: () => model }, world, short);
  });
  assert.is(drawn.length, 24);
  assert.is(new Set(drawn).size, 24);
});

test('a resumed training draws the numbers of dropout that the unbroken one does', async () => {
  const path = join(folder, 'dropout.safetensors');
  const whole = await results(2, {}, (world) =>
    train(treeScenario, world, short, async ({ step, state }, model) => {
      if (step === 5) await world.save(path, model, state());
    }),
  );
  const resumed = await results(2, {}, async (world) => {
    const model = treeScenario.model(1);
    return train({ ...treeScenario, model: () => model }, world, {
      ...short,
      ...(await world.resume(path, model)),
    });
  });
  assert.equal(resumed[0].weights, whole[0].weights);
  assert.equal(resumed[0].losses, whole[0].losses.slice(5));
});

test.run();
