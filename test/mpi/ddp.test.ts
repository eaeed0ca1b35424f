/**
 * Training by PyTorch's DistributedDataParallel: the same losses, norms and weights, with as many ranks and
 * with others.
 */
import { copy, type NdArray, slice } from '@retrograd/arrays';
import { Adam, type BatchSource, fit, RecurrentModel } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closeTo, readFixtures } from '../support/fixtures.js';
import { results } from '../support/mpi/threads.js';

interface Case {
  cell: 'rnn' | 'lstm' | 'gru';
  processes: number;
  V: number;
  E: number;
  H: number;
  B: number;
  T: number;
  lr: number;
  maxNorm: number;
  data: NdArray;
  start: Record<string, NdArray>;
  losses: number[];
  norms: number[];
  final: Record<string, NdArray>;
}

const TOLERANCE = { rtol: 1e-11, atol: 1e-13 };

/** The fixture's names in the model's state dict. */
const modelNames = (arrays: Record<string, NdArray>): Record<string, NdArray> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, value]) => {
      const own = { embedding: 'embedding.weight', W_head: 'head.weight', b_head: 'head.bias' }[name];
      return [own ?? `rnn.0.${name}`, value];
    }),
  );

/** Chunks of T symbols and the ones after them, one chunk a step. */
function chunks({ data, B, T, losses }: Case): BatchSource {
  const columns = (from: number) => copy(slice(data, [null, [from, from + T]]));
  const batchAt = (i: number) => ({ x: columns(i * T), target: columns(i * T + 1), count: B * T });
  return { length: losses.length, continues: true, epoch: () => batchAt };
}

for (const fixture of readFixtures<Case>('ddp')) {
  const { cell, processes, V, E, H, lr, maxNorm, start, losses, norms, final } = fixture;
  test(`${cell}: 50 steps of ${processes} processes of DistributedDataParallel`, async () => {
    assert.is(losses.length, 50);
    for (const size of [processes, 3]) {
      const models = await results(size, {}, async (world) => {
        const model = new RecurrentModel({ cell, inputSize: V, embeddingSize: E, hiddenSize: H });
        model.loadStateDict(modelNames(start));
        const optimizer = new Adam(model.parameters(), { lr });
        const options = { optimizer, steps: losses.length, clipNorm: maxNorm, world };
        for await (const { step, loss, gradientNorm } of fit(model, world.shard(chunks(fixture)), options)) {
          closeTo(loss, losses[step - 1], TOLERANCE, `loss of step ${step}`);
          closeTo(gradientNorm, norms[step - 1], TOLERANCE, `norm of step ${step}`);
        }
        return model;
      });
      for (const model of models) {
        const got = model.stateDict();
        const expected = modelNames(final);
        assert.equal(Object.keys(got).sort(), Object.keys(expected).sort());
        for (const name of Object.keys(expected)) closeTo(got[name], expected[name], TOLERANCE, name);
      }
    }
  });
}

test.run();
