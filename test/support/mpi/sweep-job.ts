/** What the tests' sweeps run. */
import { Adam, fit, RecurrentModel, textBatches } from '@retrograd/nn';

interface Job {
  readonly way: 'train' | 'fail' | 'crash' | 'where' | 'endless';
  readonly value: number;
}

interface Context {
  report(step: number, value: number): void;
  readonly signal: AbortSignal;
}

export async function run({ way, value }: Job, { report, signal }: Context): Promise<unknown> {
  if (way === 'fail') throw new Error(`job ${value} fails`);
  if (way === 'crash') process.exit(3);
  if (way === 'where') return `process ${process.pid}`;
  if (way === 'endless') {
    for (let step = 1; !signal.aborted; step++) {
      report(step, value);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return 'stopped';
  }
  const model = new RecurrentModel({ cell: 'gru', inputSize: 5, hiddenSize: 8 }, { seed: 1 });
  const optimizer = new Adam(model.parameters(), { lr: value });
  const tokens = Array.from({ length: 200 }, (_, i) => (i * i) % 5);
  const data = textBatches(tokens, { batchSize: 4, seqLength: 8 });
  let last = Number.NaN;
  for await (const { step, loss } of fit(model, data, { optimizer, steps: 20, seed: 1, signal })) {
    report(step, loss);
    last = loss;
  }
  return last;
}
