/** The backward run of a cell over a whole sequence, by hand: the twin of forward.ts. Every weight gradient is one product over all steps. */
import { dense, dtypeOf, type FloatData, type NdArray } from '@retrograd/arrays';
import type { Block, Matrix, SequenceKernels } from '@retrograd/kernels';
import { withBlocks } from '@retrograd/kernels/internal';
import { type Cell, gateColumns, type Run, type Series } from './cell.js';
import { activationSeries, type ForwardPass, inputRows, states } from './forward.js';
import { backwardProducts, giveBack, packWeights, part } from './products.js';
import { rowsAt } from './schedule.js';
import {
  allSteps,
  entriesOf,
  gradientShapes,
  oneStepLater,
  type SeriesShapes,
  seriesOver,
} from './series.js';
import { gather, rowsOf, scatter, unloadRows } from './time-major.js';

/** Gradients of everything that went into a sequence. */
export interface Gradients {
  /** (B, T, I); null when it was not wanted */
  readonly grad_x: NdArray | null;
  /** of the initial states, in the cell's order; null where it was not wanted */
  readonly grad_initial: readonly (NdArray | null)[];
  /** (H + I, N) packed */
  readonly grad_W: FloatData;
  /** (N) packed */
  readonly grad_b: FloatData;
}

/** Which gradients a backward run is for; those of the parameters always. */
export interface Wanted {
  readonly x: boolean;
  readonly initial: readonly boolean[];
}

/**
 * The backward run on checked arguments. One gradient in float64 has all of them computed in float64.
 * @param grad_h_all (B, T, H)
 * @param grad_final of the final states, in the cell's order; zeros where left out
 */
export function runBackward(
  pass: ForwardPass,
  grad_h_all: NdArray,
  grad_final: readonly (NdArray | undefined)[],
  wanted: Wanted,
): Gradients {
  const { cell, sizes, B, T, schedule, W, saved } = pass;
  const { kernels } = saved;
  const { I, H } = sizes;
  const N = gateColumns(cell, sizes);
  const shapes = gradientShapes(cell, sizes, T);
  const gradients = [grad_h_all, ...grad_final];
  const dtype = gradients.some((each) => each && dtypeOf(each) === 'float64') ? 'float64' : pass.dtype;
  const entries = { ...entriesOf(shapes, B), weights: (H + I + 1) * N, grad_x: wanted.x ? T * B * I : 0 };

  return saved.use(
    (activations) =>
      withBlocks(kernels, dtype, entries, (blocks) => {
        const series = {
          ...activationSeries(cell, pass.shapes, activations, B),
          ...gradientSeries(cell, shapes, blocks, B),
        };
        const weights = { block: blocks.weights, at: 0, rows: H + I + 1, columns: N, ld: N };
        weights.block.data.set(W);
        loadGradients(pass, series, grad_h_all, grad_final);
        runSteps(pass, kernels, weights, series);

        const grad_a = allSteps(series.grad_a, T * B);
        const grad_x = { block: blocks.grad_x, at: 0, rows: T * B, columns: I, ld: I };
        if (wanted.x) {
          kernels.multiply(grad_a, part(weights, [H, H + I], [0, N]), grad_x, { transB: true });
        }
        // The weights are not needed any more: their gradients take their place, those of the biases too.
        for (const { operand, rows, columns } of cell.products(sizes)) {
          const to = part(weights, rows, columns);
          const from = allSteps(series.grad_a, T * B, columns);
          kernels.multiply(allSteps(series[operand], T * B), from, to, { transA: true });
        }
        kernels.multiply(allSteps(series.x, T * B), grad_a, inputRows(weights, sizes), { transA: true });
        return {
          grad_x: wanted.x ? scatter(kernels, grad_x, [B, T], schedule) : null,
          grad_initial: states(cell, sizes).map(([name, width], i) =>
            wanted.initial[i] ? unloadRows(series[`grad_${name}`].block, 0, [B, width], schedule) : null,
          ),
          grad_W: weights.block.data.slice(0, W.length),
          grad_b: weights.block.data.slice(W.length),
        };
      }),
    dtype,
  );
}

function gradientSeries(
  cell: Cell,
  shapes: SeriesShapes,
  blocks: Readonly<Record<string, Block>>,
  B: number,
): Record<string, Series> {
  const series = seriesOver(shapes, blocks, B);
  if (cell.inPlace) series.grad_a = oneStepLater(series.grad_h);
  return series;
}

/**
 * The gradients that come from outside. grad_h[t] starts as the one that reaches the output of step t - 1 from outside; step
 * t then adds its own. grad_h[0] becomes the gradient of the initial state.
 */
function loadGradients(
  { cell, sizes, B, T, schedule, saved: { kernels } }: ForwardPass,
  series: Readonly<Record<string, Series>>,
  grad_h_all: NdArray,
  grad_final: readonly (NdArray | undefined)[],
): void {
  states(cell, sizes).forEach(([name, width], i) => {
    const { block, at } = series[`grad_${name}`];
    block.data.fill(0, 0, B * width);
    if (i === 0) gather(kernels, grad_h_all, allSteps(oneStepLater(series.grad_h), T * B), schedule);
    const given = grad_final[i];
    if (given === undefined) return;
    const [last, from] = [at(T), rowsOf(dense(given), schedule)];
    const { data } = block;
    for (let k = 0; k < from.length; k++) data[last + k] += from[k];
  });
}

function runSteps(
  { cell, sizes, B, T, schedule }: ForwardPass,
  kernels: SequenceKernels,
  weights: Matrix,
  series: Readonly<Record<string, Series>>,
): void {
  const products = cell.products(sizes);
  const packed = packWeights(kernels, products, weights, { trans: true, rows: B });
  try {
    const loop = cell.loops?.backward;
    const blocks = loop?.series.map((name) => series[name].block) ?? [];
    if (schedule === null && loop?.of(kernels)?.(B, T, sizes.H, packed, blocks)) return;

    const isState = (name: string): boolean => Object.hasOwn(cell.states(sizes), name);
    const multiply = backwardProducts(kernels, products, packed, series, isState);
    const run: Run = { kernels, sizes, series, multiply };
    const step = cell.backward(run);
    for (let t = T - 1; t >= 0; t--) {
      const n = rowsAt(schedule, B, t);
      if (n < B) handOn(series, { n, B, t });
      step(n, t);
    }
  } finally {
    giveBack(kernels, packed);
  }
}

/** Rows that have ended by step t hand the gradient of their state on, and have none of their pre-activations. */
function handOn(
  series: Readonly<Record<string, Series>>,
  { n, B, t }: { n: number; B: number; t: number },
): void {
  const { grad_h, grad_a } = series;
  const { data } = grad_h.block;
  const { width } = grad_h;
  const later = grad_h.at(t + 1);
  for (let k = n * width, at = grad_h.at(t); k < B * width; k++) data[at + k] += data[later + k];
  const from = grad_a.at(t);
  grad_a.block.data.fill(0, from + n * grad_a.width, from + B * grad_a.width);
}
