/** Trainings for one process and for many: the same model, data and options, whichever way. */
import { Random, wrap } from '@retrograd/arrays';
import type { DistributedWorld } from '@retrograd/mpi';
import {
  Adam,
  type BatchSource,
  type FitOptions,
  fit,
  type Module,
  type Progress,
  RecurrentModel,
  SGD,
  sequenceBatches,
  textBatches,
} from '@retrograd/nn';

export interface Scenario {
  readonly title: string;
  /** @param seed of the model's initial weights */
  model(seed: number): RecurrentModel;
  readonly source: BatchSource;
  readonly validation: BatchSource;
  readonly optimizer: 'adam' | 'sgd';
  readonly clipNorm: number;
}

const SYMBOLS = 7;

const rng = new Random(5);
const tokens = Array.from({ length: 700 }, (_, i) =>
  i % 5 === 0 ? rng.integer(SYMBOLS) : (i * i) % SYMBOLS,
);

/** Truncated back-propagation with the state carried; 5 streams are uneven parts for 2, 3 and 4 processes. */
const text = (batchSize: number): BatchSource => textBatches(tokens, { batchSize, seqLength: 8 });

/**
 * Sequences of different lengths: what comes after the end is masked. 22 of them in batches of 6 leave one of
 * 4; in shuffled order, so that parts have very different numbers of answers, and some none.
 */
function sequences(): BatchSource {
  const [N, T] = [22, 9];
  const draw = new Random(8);
  const lengths = Array.from({ length: N }, (_, i) => (i % 4 === 0 ? 0 : 1 + draw.integer(T)));
  const x = Float64Array.from({ length: N * T }, () => draw.integer(SYMBOLS));
  const y = x.map((symbol, i) => (symbol + (i % T)) % SYMBOLS);
  const mask = Float64Array.from({ length: N * T }, (_, i) => (i % T < lengths[Math.floor(i / T)] ? 1 : 0));
  const shape = [N, T];
  return sequenceBatches(wrap(x, shape), wrap(y, shape), { batchSize: 6, mask: wrap(mask, shape) });
}

const model =
  (cell: 'rnn' | 'lstm' | 'gru', layers: number, embeddingSize: number, dropout = 0) =>
  (seed: number) =>
    new RecurrentModel(
      { cell, inputSize: SYMBOLS, hiddenSize: 10, layers, embeddingSize, dropout },
      { seed },
    );

const validation = textBatches(tokens.slice(0, 60), { batchSize: 3, seqLength: 8 });

/** Clipping is on in the first steps and off in the last ones. */
export const scenarios: readonly Scenario[] = [
  {
    title: 'rnn, text',
    model: model('rnn', 1, 0),
    source: text(5),
    optimizer: 'sgd',
    clipNorm: 0.5,
    validation,
  },
  {
    title: 'lstm, text',
    model: model('lstm', 2, 4),
    source: text(5),
    optimizer: 'adam',
    clipNorm: 0.5,
    validation,
  },
  {
    title: 'gru, text',
    model: model('gru', 1, 4),
    source: text(6),
    optimizer: 'adam',
    clipNorm: 0.5,
    validation,
  },
  {
    title: 'rnn, masked',
    model: model('rnn', 2, 4),
    source: sequences(),
    optimizer: 'adam',
    clipNorm: 1,
    validation,
  },
  {
    title: 'lstm, masked',
    model: model('lstm', 1, 4),
    source: sequences(),
    optimizer: 'sgd',
    clipNorm: 0.3,
    validation,
  },
  {
    title: 'gru, masked',
    model: model('gru', 1, 0),
    source: sequences(),
    optimizer: 'adam',
    clipNorm: 0.3,
    validation,
  },
];

/** Those that processes are started for: each cell, text and masks. All of them run without MPI. */
export const fewScenarios = [1, 3, 5].map((i) => scenarios[i]);

/** For the promise of equal bits, with dropout too. */
export const treeScenario: Scenario = {
  ...{ title: 'lstm, dropout', model: model('lstm', 2, 4, 0.25), source: text(13), validation },
  ...{ optimizer: 'adam', clipNorm: 0.5 },
};

export const STEPS = 50;

export const optimizerOf = ({ optimizer }: Scenario, trained: Module): Adam | SGD =>
  optimizer === 'adam'
    ? new Adam(trained.parameters(), { lr: 0.02 })
    : new SGD(trained.parameters(), { lr: 0.2, momentum: 0.9 });

/** What a training has come to. */
export interface Curve {
  readonly losses: number[];
  readonly norms: number[];
  readonly validations: number[];
  readonly weights: Record<string, number[]>;
}

/**
 * Trains; with a world, on this process's rows. The seeds of the others are wrong, so that they must take
 * those of the first one.
 */
export async function train(
  scenario: Scenario,
  world?: DistributedWorld,
  options: Partial<FitOptions> = {},
  onStep: (progress: Progress, trained: RecurrentModel) => void | Promise<void> = () => {},
): Promise<Curve> {
  const { source, validation: held, clipNorm } = scenario;
  const rank = world?.rank ?? 0;
  const trained = scenario.model(3 + rank);
  const shard = (whole: BatchSource) => world?.shard(whole) ?? whole;
  const [losses, norms, validations]: number[][] = [[], [], []];
  const training = fit(trained, shard(source), {
    ...{ optimizer: optimizerOf(scenario, trained), steps: STEPS, clipNorm, seed: 4 + rank, world },
    ...{ validation: shard(held), validateEvery: 20, ...options },
  });
  for await (const progress of training) {
    losses.push(progress.loss);
    norms.push(progress.gradientNorm);
    if (progress.validationLoss !== null) validations.push(progress.validationLoss);
    await onStep(progress, trained);
  }
  const state = Object.entries(trained.stateDict());
  const weights = Object.fromEntries(state.map(([name, { data }]) => [name, Array.from(data)]));
  return { losses, norms, validations, weights };
}

/**
 * The largest difference of two curves, relative to the larger of 1 and the number (losses and norms: to the
 * number).
 */
export function difference(a: Curve, b: Curve): number {
  const off = (x: readonly number[], y: readonly number[], least: number): number => {
    if (x.length !== y.length) return Number.POSITIVE_INFINITY;
    return x.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - y[i]) / Math.max(least, Math.abs(value))),
      0,
    );
  };
  const weights = Object.keys(a.weights).map((name) => off(a.weights[name], b.weights[name], 1));
  return Math.max(
    off(a.losses, b.losses, 0),
    off(a.norms, b.norms, 0),
    off(a.validations, b.validations, 0),
    ...weights,
  );
}
