/**
 * What data-parallel training costs: run as `mpirun -n P node measure.js <what>`, by measure-all.mjs beside
 * it. Prints one line of JSON.
 *
 * reduce   all-reduce of one bucket after the other, by size
 * step     a step of training and how long it waits for the others, with and without sending during the
 * backward pass
 */
import { distribute } from '@retrograd/mpi';
import { Adam, fit, RecurrentModel, type RecurrentModelConfig, textBatches } from '@retrograd/nn';

const [what, argument = '{}'] = process.argv.slice(2);
const world = await distribute();
const tell = (value: unknown): void => {
  if (world.rank === 0) console.log(JSON.stringify(value));
};
const median = (list: readonly number[]): number => list.slice().sort((a, b) => a - b)[list.length >> 1];

async function reduce(): Promise<void> {
  for (const bytes of [1024, 65_536, 2 ** 20, 2 ** 24]) {
    const pieces = Array.from({ length: Math.ceil(bytes / 2 ** 20) }, () => {
      return new Float32Array(new ArrayBuffer(Math.min(bytes, 2 ** 20)));
    });
    const times: number[] = [];
    for (let i = 0; i < (bytes > 2 ** 20 ? 15 : 60); i++) {
      await world.communicator.barrier();
      const began = performance.now();
      await world.communicator.allReduce(pieces);
      times.push(performance.now() - began);
    }
    tell({ bytes, milliseconds: median(times) });
  }
}

interface StepJob extends RecurrentModelConfig {
  batchSize: number;
  seqLength: number;
  steps: number;
  overlap: boolean;
}

async function step(): Promise<void> {
  const { batchSize, seqLength, steps, overlap, ...config } = JSON.parse(argument) as StepJob;
  const model = new RecurrentModel(config, { seed: 1 });
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const tokens = Array.from({ length: batchSize * seqLength * 4 + 1 }, (_, i) => (i * i) % config.inputSize);
  const data = world.shard(textBatches(tokens, { batchSize, seqLength }));
  const waits: number[] = [];
  const times: number[] = [];
  // From the end of the backward pass to the mean gradients.
  const plain = world.step.bind(world);
  world.step = async (work) => {
    let computed = 0;
    const result = await plain({
      ...work,
      compute: (batch, state, onGradient) => {
        const done = work.compute(batch, state, overlap ? onGradient : undefined);
        computed = performance.now();
        return done;
      },
    });
    waits.push(performance.now() - computed);
    return result;
  };
  let began = performance.now();
  for await (const _ of fit(model, data, { optimizer, steps, clipNorm: 1, seed: 1, world, turnEvery: 1e9 })) {
    times.push(performance.now() - began);
    began = performance.now();
  }
  const warm = Math.min(3, steps >> 1);
  tell({
    processes: world.size,
    parameters: model.parameterCount,
    step: median(times.slice(warm)),
    wait: median(waits.slice(warm)),
  });
}

await { reduce, step }[what as 'reduce' | 'step']();
