/** The group without MPI: every operation, in one thread and in several. */
import { Worker } from 'node:worker_threads';
import { threadMemory } from '@retrograd/mpi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../support/mpi/launch.js';
import { type Curve, difference, scenarios, train } from '../support/mpi/scenarios.js';
import { results } from '../support/mpi/threads.js';

/** More than one piece of a mailbox. */
const LONG = 50_000;

test('sums and largest of several buffers of both dtypes, longer than a mailbox', async () => {
  const all = await results(3, {}, async (_, group) => {
    const narrow = new Float32Array(LONG).map((_, i) => i % 7);
    const wide = Float64Array.of(group.rank, 10 * group.rank);
    await group.allReduce([narrow, wide]);
    const largest = Float64Array.of(group.rank, -group.rank);
    await group.allReduce([largest], 'max');
    return { last: narrow[LONG - 1], wide: [...wide], largest: [...largest] };
  });
  for (const each of all) {
    assert.equal(each, { last: 3 * ((LONG - 1) % 7), wide: [3, 30], largest: [2, 0] });
  }
});

test('broadcasts from any rank, and bytes of any length gathered on the first one', async () => {
  const all = await results(3, {}, async (_, group) => {
    const bytes = new Uint8Array(LONG * 2).fill(group.rank + 1);
    await group.broadcast(bytes, 2);
    const gathered = await group.gather(new Uint8Array(group.rank * LONG).fill(group.rank));
    return { first: bytes[0], last: bytes[LONG * 2 - 1], lengths: gathered?.map(({ length }) => length) };
  });
  for (const { first, last } of all) assert.equal([first, last], [3, 3]);
  assert.equal(
    all.map(({ lengths }) => lengths),
    [[0, LONG, 2 * LONG], undefined, undefined],
  );
});

test('pairs exchange long buffers at the same time; a message that is late holds up no other partner', async () => {
  const all = await results(3, {}, async (_, group) => {
    const { rank } = group;
    const got: number[] = [];
    if (rank < 2) {
      const theirs = new Float64Array(LONG);
      await group.exchange(new Float64Array(LONG).fill(rank + 1), theirs, 1 - rank);
      got.push(theirs[0], theirs[LONG - 1]);
    }
    if (rank === 0) {
      const late = group.receive(1);
      const soon = await group.receive(2);
      await group.send(Uint8Array.of(9), 1);
      got.push(soon[0], (await late)[0]);
    } else if (rank === 1) {
      // Not before it has heard of the first one.
      await group.receive(0);
      await group.send(Uint8Array.of(7), 0);
    } else await group.send(Uint8Array.of(8), 0);
    await group.barrier();
    return got;
  });
  assert.equal(all, [[2, 2, 8, 7], [1, 1], []]);
});

test('worker threads train together as one process does alone', async () => {
  const { worker } = await bundle({ worker: 'test/support/mpi/thread-program.ts' });
  const size = 2;
  const memory = threadMemory(size);
  const curves = await Promise.all(
    Array.from({ length: size }, (_, rank) => {
      const thread = new Worker(worker, { workerData: { memory, rank, size } });
      return new Promise<Curve>((resolve, reject) => {
        thread.on('message', resolve);
        thread.on('error', reject);
      });
    }),
  );
  assert.equal(curves[0], curves[1]);
  assert.ok(difference(await train(scenarios[2]), curves[0]) < 1e-12);
});

test.run();
