/** Memory stays flat while a model trains: nothing holds on to the graph of an earlier step. */

import { Random } from '@retrograd/arrays';
import { Adam, fit, RecurrentModel, textBatches } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bytesInUse } from '../support/memory.js';

export const kernels = 'all';

const ALLOWED = 700_000;

test('1,000 training steps with carried state leave memory flat', async () => {
  const rng = new Random(81);
  const tokens = Array.from({ length: 3000 }, () => rng.integer(6));
  const model = new RecurrentModel(
    { cell: 'lstm', inputSize: 6, hiddenSize: 8, layers: 2, dropout: 0.1 },
    { seed: 1 },
  );
  const data = textBatches(tokens, { batchSize: 2, seqLength: 6 });
  const validation = textBatches(tokens.slice(0, 100), { batchSize: 1, seqLength: 8 });
  const options = { optimizer: new Adam(model.parameters()), steps: 1200, clipNorm: 1, validation };
  const grow = async (): Promise<number> => {
    const inUse: number[] = [];
    for await (const { step } of fit(model, data, options)) if (step % 100 === 0) inUse.push(bytesInUse());
    // The lowest of several samples: the engine's own code and feedback come and go.
    return Math.min(...inUse.slice(-4)) - Math.min(...inUse.slice(0, 4));
  };
  // A leak of 1 kB a step, a small part of the graph of one, would show as 800 kB between the two ends.
  let growth = await grow();
  // Code that the engine made meanwhile stays too, but only once: what leaks grows again.
  if (growth >= ALLOWED) growth = await grow();
  assert.ok(growth < ALLOWED, `grew by ${growth} bytes over 800 steps`);
});

test.run();
