/** bits: 'tree': the same file, byte for byte, however many ranks there were. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useKernels, wasmKernels } from '@retrograd/kernels';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scenarios, train, treeScenario } from '../support/mpi/scenarios.js';
import { errors, results } from '../support/mpi/threads.js';

const folder = mkdtempSync(join(tmpdir(), 'retrograd-tree-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

// A native library promises no bits.
const before = useKernels(
  wasmKernels({ relaxed: false }) ?? (await import('@retrograd/kernels')).plainKernels,
);
test.after(() => {
  useKernels(before);
});

test('checkpoints and losses of 1, 2, 4 and 8 ranks are equal, byte for byte, with dropout too', async () => {
  for (const scenario of [treeScenario, scenarios[3]]) {
    const files: Buffer[] = [];
    const losses: number[][] = [];
    for (const size of [1, 2, 4, 8]) {
      const path = join(folder, `${size}.safetensors`);
      const [curve] = await results(size, { bits: 'tree' }, (world) =>
        train(
          scenario,
          world,
          { steps: 12, validation: undefined, validateEvery: undefined },
          async (progress, model) => {
            if (progress.step === 12) await world.save(path, model, progress.state());
          },
        ),
      );
      files.push(readFileSync(path));
      losses.push(curve.losses);
    }
    for (const file of files) assert.ok(file.equals(files[0]), scenario.title);
    for (const curve of losses) assert.equal(curve, losses[0], scenario.title);
  }
});

test('without the tree the last digits do depend on the number of ranks: the test above can fail', async () => {
  const curves = [];
  for (const size of [2, 4]) curves.push((await results(size, {}, (world) => train(scenarios[1], world)))[0]);
  assert.not.equal(curves[0].weights, curves[1].weights);
});

test('a tree needs a power of two of ranks, a sharded source, and no native library', async () => {
  const [message] = await errors(3, { bits: 'tree' }, async () => {});
  assert.is(
    message,
    "ValueError: distribute: number of processes must be a power of two up to 8 (shards) for bits: 'tree', got 3",
  );
  const [odd] = await errors(1, { bits: 'tree', shards: 6 }, async () => {});
  assert.is(odd, 'ValueError: distribute: shards must be a power of two, got 6');
  const unsharded = { ...scenarios[0], source: scenarios[0].source };
  const told = await errors(2, { bits: 'tree' }, (world) =>
    train(unsharded, Object.assign(Object.create(world), { shard: (source: unknown) => source })),
  );
  for (const each of told) assert.match(each, /fit: data must be made by world.shard/);
});

test.run();
