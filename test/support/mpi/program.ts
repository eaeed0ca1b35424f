/**
 * What the tests run under a launcher: `program.js <what> [file]`. Every rank first tells its process id.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type DistributeOptions, distribute } from '@retrograd/mpi';
import { sweep } from '@retrograd/mpi/sweep';
import { RecurrentModel } from '@retrograd/nn';
import { fewScenarios, type Scenario, scenarios, train, treeScenario } from './scenarios.js';

const [what, file = ''] = process.argv.slice(2);
const rank = Number(process.env.OMPI_COMM_WORLD_RANK ?? process.env.PMI_RANK ?? 0);
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
tell(`rank ${rank} is process ${process.pid}`);

const options = JSON.parse(process.env.TEST_OPTIONS ?? '{}') as DistributeOptions;
const world = await distribute(options);

/**
 * A training that saves itself every few steps, goes on where its file ends, and writes `file.end` when it is
 * done.
 */
async function survive(scenario: Scenario, steps: number, pause: number): Promise<void> {
  const model = new RecurrentModel(scenario.model(1).config, { seed: 2 });
  const resumed = await world.resume(file, model);
  tell(`rank ${rank} begins after step ${resumed.resume?.step ?? 0}`);
  const plain = { validation: undefined, validateEvery: undefined };
  await train(
    { ...scenario, model: () => model },
    world,
    { steps, ...plain, ...resumed },
    async ({ step, state }) => {
      if (step % 5 === 0 || step === steps)
        await world.save(step === steps ? `${file}.end` : file, model, state());
      if (pause > 0) await sleep(pause);
      if (world.rank === 0) tell(`step ${step}`);
    },
  );
}

const tasks: Record<string, () => Promise<void>> = {
  /** The curves of some scenarios, from rank 0, and whether the others have the same. */
  async curves() {
    for (const scenario of fewScenarios) {
      const curve = await train(scenario, world);
      const all = await world.communicator.gather(new TextEncoder().encode(JSON.stringify(curve)));
      const texts = all?.map((bytes) => new TextDecoder().decode(bytes));
      if (texts)
        tell(
          `curve ${JSON.stringify({ title: scenario.title, same: texts.every((t) => t === texts[0]), curve })}`,
        );
    }
  },
  /** A model whose parameters are so long that the kernels update them. */
  async large() {
    const model = new RecurrentModel(
      { cell: 'gru', inputSize: 7, hiddenSize: 80, dtype: 'float32' },
      { seed: 1 },
    );
    await train({ ...scenarios[2], model: () => model }, world, { steps: 2 });
  },
  /** A few steps on the tree, then the file. */
  async tree() {
    await survive(treeScenario, 12, 0);
  },
  /** Long enough to be killed. */
  async survive() {
    await survive(treeScenario, 60, 8);
  },
  /** Never ends by itself. */
  async endless() {
    await survive(scenarios[1], 1e9, 5);
  },
  /** Rank 1 stops taking part after a while. */
  async stuck() {
    await train(scenarios[1], world, { steps: 1e9 }, async ({ step }) => {
      if (world.rank === 1 && step === 30) await sleep(1e6);
    });
  },
  /** Rank 1 ends in the middle, in the way that `file` names. */
  async leave() {
    await train(scenarios[1], world, { steps: 1e9 }, ({ step }) => {
      if (world.rank !== 1 || step !== 20) return;
      if (file === 'throw') throw new Error('rank 1 throws');
      if (file === 'reject') void Promise.reject(new Error('rank 1 rejects'));
      if (file === 'exit 0') process.exit(0);
      if (file === 'exit 3') process.exit(3);
    });
  },
  /** Jobs on the threads of all ranks; `file` is the module. */
  async sweep() {
    const jobs = Array.from({ length: 6 }, (_, i) => ({ way: 'where', value: i }));
    let results = 0;
    for await (const { index, result, error } of sweep(jobs, { module: file, workers: 1 })) {
      results++;
      tell(`job ${index} ${error ?? JSON.stringify(result)}`);
    }
    tell(`rank ${rank} got ${results} results`);
  },
  async world() {
    const sum = await world.sum([world.rank + 1]);
    const texts = await world.communicator.gather(new TextEncoder().encode(`hello from ${world.rank}`));
    const list = texts?.map((bytes) => new TextDecoder().decode(bytes)).join(', ');
    if (world.rank === 0) tell(`world of ${world.size}, sum ${sum[0]}, ${list}`);
  },
};

await tasks[what]();
