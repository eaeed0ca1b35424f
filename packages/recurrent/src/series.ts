import type { Block, Matrix } from '@retrograd/kernels';
import { type Cell, gateColumns, type Series, type Sizes } from './cell.js';

/** How a series lies in memory: matrices of `width` columns, one for each of `steps` steps. */
export interface SeriesShape {
  readonly width: number;
  readonly steps: number;
}

export type SeriesShapes = Readonly<Record<string, SeriesShape>>;

/** What a forward run over T steps computes and keeps. States have one step more: the initial state comes first. */
export function activationShapes(cell: Cell, sizes: Sizes, T: number): SeriesShapes {
  const shapes: Record<string, SeriesShape> = { x: { width: sizes.I + 1, steps: T } };
  if (!cell.inPlace) shapes.a = { width: gateColumns(cell, sizes), steps: T };
  const [states, saved] = [cell.states(sizes), cell.saved?.(sizes)];
  for (const name in states) shapes[name] = { width: states[name], steps: T + 1 };
  for (const name in saved) shapes[name] = { width: saved[name], steps: T };
  return shapes;
}

/** What a backward run over T steps needs besides. */
export function gradientShapes(cell: Cell, sizes: Sizes, T: number): SeriesShapes {
  const shapes: Record<string, SeriesShape> = {};
  if (!cell.inPlace) shapes.grad_a = { width: gateColumns(cell, sizes), steps: T };
  const [states, scratch] = [cell.states(sizes), cell.scratch?.(sizes)];
  Object.keys(states).forEach((name, i) => {
    shapes[`grad_${name}`] = { width: states[name], steps: i === 0 ? T + 1 : 1 };
  });
  for (const name in scratch) shapes[name] = { width: scratch[name], steps: 1 };
  return shapes;
}

/** Numbers in each series, for B rows. */
export function entriesOf(shapes: SeriesShapes, B: number): Record<string, number> {
  const entries: Record<string, number> = {};
  for (const name in shapes) entries[name] = shapes[name].steps * B * shapes[name].width;
  return entries;
}

/** The series over blocks of these shapes, for B rows. */
export function seriesOver(
  shapes: SeriesShapes,
  blocks: Readonly<Record<string, Block>>,
  B: number,
): Record<string, Series> {
  const series: Record<string, Series> = {};
  for (const name in shapes) {
    const { width, steps } = shapes[name];
    const stride = steps === 1 ? 0 : B * width;
    series[name] = { block: blocks[name], width, at: (t) => t * stride };
  }
  return series;
}

/** The same series, counted one step later: its matrix 0 is the other's matrix 1. */
export const oneStepLater = ({ block, width, at }: Series): Series => ({
  block,
  width,
  at: (t) => at(t + 1),
});

/** The rows of all steps as one matrix, or some of its columns. */
export function allSteps(
  { block, width, at }: Series,
  rows: number,
  [from, to]: readonly [from: number, to: number] = [0, width],
): Matrix {
  return { block, at: at(0) + from, rows, columns: to - from, ld: width };
}

/**
 * The matrix of one step of a series, or some of its columns. It moves from step to step: a matrix made anew for every
 * product of every step would cost more than the smallest products.
 */
export class StepMatrix implements Matrix {
  at = 0;
  rows = 0;
  readonly block: Block;
  readonly columns: number;
  readonly ld: number;

  constructor(
    private readonly series: Series,
    private readonly from = 0,
    to = series.width,
  ) {
    this.block = series.block;
    this.columns = to - from;
    this.ld = series.width;
  }

  /** The first n rows at step t. */
  moveTo(n: number, t: number): this {
    this.rows = n;
    this.at = this.series.at(t) + this.from;
    return this;
  }
}
