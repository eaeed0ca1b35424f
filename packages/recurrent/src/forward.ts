/**
 * A cell over a whole sequence, by hand. The input part of all gates and all steps is one matrix product; each step adds the
 * hidden part and applies the gates; what backward needs is saved.
 */
import type { Dtype, FloatData, NdArray } from '@retrograd/arrays';
import { type Block, currentKernels, type Matrix, type SequenceKernels } from '@retrograd/kernels';
import { withBlocks } from '@retrograd/kernels/internal';
import { type Cell, gateColumns, type Run, type Series, type Sizes } from './cell.js';
import type { Packed } from './parameters.js';
import { forwardProducts, giveBack, packWeights, part } from './products.js';
import { SavedActivations } from './saved-activations.js';
import { rowsAt, type Schedule } from './schedule.js';
import {
  activationShapes,
  allSteps,
  entriesOf,
  oneStepLater,
  type SeriesShapes,
  seriesOver,
} from './series.js';
import { gatherInputs, loadRows, scatter, unloadRows } from './time-major.js';

/** What a forward run leaves for the backward run. */
export interface ForwardPass {
  readonly cell: Cell;
  readonly sizes: Sizes;
  readonly dtype: Dtype;
  readonly B: number;
  readonly T: number;
  readonly schedule: Schedule | null;
  /** (H + I, N) packed weights */
  readonly W: FloatData;
  readonly shapes: SeriesShapes;
  readonly saved: SavedActivations;
}

/**
 * The forward run on checked arguments. Nothing that is given may change as long as the pass is used, since its activations
 * may have to be computed again.
 * @param x       (B, T, I)
 * @param initial the states before the first step, in the cell's order
 * @param packed  W (H + I, N) and b (N), of the dtype
 */
export function runForward(
  cell: Cell,
  x: NdArray,
  initial: readonly NdArray[],
  { W, b }: Packed,
  dtype: Dtype,
  schedule: Schedule | null = null,
): ForwardPass {
  const kernels = currentKernels().sequence;
  const [B, T, I] = x.shape;
  const sizes = { I, H: b.length / cell.gates.length };
  const N = gateColumns(cell, sizes);
  const shapes = activationShapes(cell, sizes, T);

  const saved = new SavedActivations(kernels, dtype, entriesOf(shapes, B), (blocks) => {
    const series = activationSeries(cell, shapes, blocks, B);
    gatherInputs(kernels, x, allSteps(series.x, T * B), schedule);
    states(cell, sizes).forEach(([name], i) => {
      loadRows(initial[i], blocks[name], 0, schedule);
    });
    withBlocks(kernels, dtype, { weights: (sizes.H + I + 1) * N }, (scratch) => {
      const weights = { block: scratch.weights, at: 0, rows: sizes.H + I + 1, columns: N, ld: N };
      weights.block.data.set(W);
      weights.block.data.set(b, W.length);

      // The input product for all steps, then T steps.
      kernels.multiply(allSteps(series.x, T * B), inputRows(weights, sizes), allSteps(series.a, T * B));
      runSteps(kernels, cell, sizes, { B, T, schedule, weights, series });
    });
  });
  return { cell, sizes, dtype, B, T, schedule, W, shapes, saved };
}

/** The states of a cell and their widths, the output first. */
export const states = (cell: Cell, sizes: Sizes): [name: string, width: number][] =>
  Object.entries(cell.states(sizes));

/** The rows of the packed weights for the input, with those of the biases below them. */
export const inputRows = (weights: Matrix, { I, H }: Sizes): Matrix =>
  part(weights, [H, H + I + 1], [0, weights.columns]);

/** The series of a forward run, `a` too for a cell that computes it in place. */
export function activationSeries(
  cell: Cell,
  shapes: SeriesShapes,
  blocks: Readonly<Record<string, Block>>,
  B: number,
): Record<string, Series> {
  const series = seriesOver(shapes, blocks, B);
  if (cell.inPlace) series.a = oneStepLater(series.h);
  return series;
}

interface Steps {
  readonly B: number;
  readonly T: number;
  readonly schedule: Schedule | null;
  readonly weights: Matrix;
  readonly series: Readonly<Record<string, Series>>;
}

function runSteps(
  kernels: SequenceKernels,
  cell: Cell,
  sizes: Sizes,
  { B, T, schedule, weights, series }: Steps,
): void {
  const products = cell.products(sizes);
  const packed = packWeights(kernels, products, weights, { trans: false, rows: B });
  try {
    const loop = cell.loops?.forward;
    const blocks = loop?.series.map((name) => series[name].block) ?? [];
    if (schedule === null && loop?.of(kernels)?.(B, T, sizes.H, packed, blocks)) return;

    const run: Run = { kernels, sizes, series, multiply: forwardProducts(kernels, products, packed, series) };
    const step = cell.forward(run);
    for (let t = 0; t < T; t++) {
      const n = rowsAt(schedule, B, t);
      step(n, t);
      if (n < B) carryOn(cell, sizes, series, { n, B, t });
    }
  } finally {
    giveBack(kernels, packed);
  }
}

/** Rows that have ended keep their states; zeros stand for what they would have saved. */
function carryOn(
  cell: Cell,
  sizes: Sizes,
  series: Readonly<Record<string, Series>>,
  { n, B, t }: { n: number; B: number; t: number },
): void {
  for (const [name, width] of states(cell, sizes)) {
    const { block, at } = series[name];
    block.data.copyWithin(at(t + 1) + n * width, at(t) + n * width, at(t) + B * width);
  }
  for (const name in cell.saved?.(sizes)) {
    const { block, at, width } = series[name];
    block.data.fill(0, at(t) + n * width, at(t) + B * width);
  }
}

/** All outputs (B, T, H), fresh; zeros at steps that were not visited. */
export function allStates({ cell, sizes, shapes, B, T, schedule, saved }: ForwardPass): NdArray {
  const [[output]] = states(cell, sizes);
  return saved.use((blocks) => {
    const series = seriesOver(shapes, blocks, B)[output];
    return scatter(saved.kernels, allSteps(oneStepLater(series), T * B), [B, T], schedule);
  });
}

/** The states after the last step that each sample visits, (B, width) each, fresh. */
export function finalStates({ cell, sizes, shapes, B, T, schedule, saved }: ForwardPass): NdArray[] {
  return saved.use((blocks) => {
    const series = seriesOver(shapes, blocks, B);
    return states(cell, sizes).map(([name, width]) =>
      unloadRows(blocks[name], series[name].at(T), [B, width], schedule),
    );
  });
}
