import type { Block, Matrix } from '@retrograd/kernels';
import type { Blocks } from '@retrograd/kernels/internal';
import type { Cell, Layout, Sizes } from './cell.js';
import { gateColumns } from './parameters.js';

/** (B, width) matrices, one a time step, in the memory of a kernel set. */
export class Series {
  /**
   * @param stride entries from one step to the next; 0 for a single matrix that serves all steps
   * @param start  the first entry of step 0
   * @param ld     entries from one row to the next
   */
  constructor(
    readonly block: Block,
    readonly width: number,
    private readonly stride: number,
    private readonly start = 0,
    private readonly ld = width,
  ) {}

  /** All entries. Read it anew after anything that may take memory, as `Block.data`. */
  get data(): Block['data'] {
    return this.block.data;
  }

  /** The first entry of the matrix of step t. */
  at(t: number): number {
    return this.start + t * this.stride;
  }

  /** Its address in bytes, for machine code. */
  pointer(t: number): number {
    return this.block.pointer(this.at(t));
  }

  /** The same series, counted one step later: its matrix 0 is the other's matrix 1. */
  oneStepLater(): Series {
    return new Series(this.block, this.width, this.stride, this.at(1), this.ld);
  }

  /** Some columns of every matrix. */
  columns([from, to]: readonly [from: number, to: number]): Series {
    return new Series(this.block, to - from, this.stride, this.start + from, this.ld);
  }

  /** The first n rows of step t. */
  step(n: number, t: number): Matrix {
    return { block: this.block, at: this.at(t), rows: n, columns: this.width, ld: this.ld };
  }

  /** The rows of all steps as one matrix. */
  allSteps(rows: number): Matrix {
    return this.step(rows, 0);
  }
}

export type SeriesByName = Readonly<Record<string, Series>>;

/** The names of a cell's states, the output first. */
export const stateNames = (cell: Cell): string[] => Object.keys(cell.layout({ I: 0, H: 0 }).states);

/** How the series of a run lie in memory. */
export type Shapes = Readonly<Record<string, readonly [width: number, steps: number]>>;

/** What a forward run over T steps computes and saves. States have one step more: the initial state comes first. */
export function activationShapes(cell: Cell, { states, saved }: Layout, sizes: Sizes, T: number): Shapes {
  const shapes: Record<string, [number, number]> = { x: [sizes.I + 1, T] };
  if (!cell.inPlace) shapes.a = [gateColumns(cell, sizes), T];
  for (const name in states) shapes[name] = [states[name], T + 1];
  for (const name in saved) shapes[name] = [saved[name], T];
  return shapes;
}

/** What a backward run over T steps needs besides. */
export function gradientShapes(cell: Cell, { states, scratch }: Layout, sizes: Sizes, T: number): Shapes {
  const shapes: Record<string, [number, number]> = {};
  if (!cell.inPlace) shapes.grad_a = [gateColumns(cell, sizes), T];
  for (const name in states) shapes[`grad_${name}`] = [states[name], name === 'h' ? T + 1 : 1];
  for (const name in scratch) shapes[name] = [scratch[name], 1];
  return shapes;
}

/** Numbers in each series, for B rows. */
export function entriesOf(shapes: Shapes, B: number): Record<string, number> {
  const entries: Record<string, number> = {};
  for (const name in shapes) entries[name] = B * shapes[name][0] * shapes[name][1];
  return entries;
}

/**
 * The series over blocks of these shapes, for B rows; added to other series, if there are any. What a cell that works in place
 * has no shape for, lies in its output state.
 */
export function seriesOver(
  shapes: Shapes,
  blocks: Blocks<string>,
  B: number,
  series: Record<string, Series> = {},
): Record<string, Series> {
  for (const name in shapes) {
    const [width, steps] = shapes[name];
    series[name] = new Series(blocks[name], width, steps === 1 ? 0 : B * width);
  }
  if (series.h) series.a ??= series.h.oneStepLater();
  if (series.grad_h) series.grad_a ??= series.grad_h.oneStepLater();
  return series;
}
