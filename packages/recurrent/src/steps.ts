import type { Matrix, PackedMatrix, SequenceKernels } from '@retrograd/kernels';
import type { Cell, Layout, Run, Sizes, StepFunction } from './cell.js';
import { part } from './parameters.js';
import type { Schedule } from './schedule.js';
import type { Series, SeriesByName } from './series.js';

export type Direction = 'forward' | 'backward';

/** A sequence that a cell runs over, in the memory of a kernel set. */
export interface Sequence {
  readonly kernels: SequenceKernels;
  readonly cell: Cell;
  readonly layout: Layout;
  readonly sizes: Sizes;
  readonly B: number;
  readonly T: number;
  readonly schedule: Schedule | null;
  readonly series: SeriesByName;
  /** W with b below it. */
  readonly weights: Matrix;
}

/** All steps of a sequence, in machine code where the cell and the kernels have it, else one call of the cell's step after the other. */
export function runSteps(sequence: Sequence, direction: Direction): void {
  const { kernels, cell, sizes, B, T, schedule, series } = sequence;
  const packed: PackedMatrix[] = [];
  try {
    const multiply = stepProducts(sequence, direction, packed);
    const loop = cell.loops?.[direction];
    if (loop !== undefined && schedule === null) {
      const operands = loop.series.map((name) => series[name]);
      if (kernels.steps(loop.code, loop.cost, { B, T, H: sizes.H, weights: packed, operands })) return;
    }
    const step = cell[direction]({ kernels, sizes, series, multiply });
    for (let i = 0; i < T; i++) {
      const t = direction === 'forward' ? i : T - 1 - i;
      const n = schedule === null ? B : schedule.batchSizes[t];
      if (n < B && direction === 'backward') handOn(sequence, n, t);
      step(n, t);
      if (n < B && direction === 'forward') carryOn(sequence, n, t);
    }
  } finally {
    for (const { blocks } of packed) for (const block of blocks) kernels.give(block);
  }
}

/**
 * The products inside of a step.
 * @param packed their weights are added here, packed for the rows of a batch; the caller gives them back, also when this throws
 */
export function stepProducts(
  { kernels, layout: { states, products }, B, series, weights }: Sequence,
  direction: Direction,
  packed: PackedMatrix[],
): Run['multiply'] {
  const trans = direction === 'backward';
  const calls = products.map(({ operand, rows, columns }): StepFunction => {
    const W = kernels.pack(part(weights, rows, columns), { trans, rows: B });
    packed.push(W);
    const gates = (trans ? series.grad_a : series.a).columns(columns);
    const other = series[trans ? `grad_${operand}` : operand];
    const [from, to] = trans ? [gates, other] : [other, gates];
    // a += operand W; and back, grad_operand = grad_a Wᵀ, added where the operand is a state.
    const adds = !trans || operand in states;
    return (n, t) => kernels.multiplyPacked(from.step(n, t), W, to.step(n, t), adds);
  });
  return (i, n, t) => calls[i](n, t);
}

/** Rows that have ended keep their states; zeros stand for what they would have saved. */
function carryOn({ layout, B, series }: Sequence, n: number, t: number): void {
  for (const name in layout.states) {
    const { data, width } = series[name];
    const [before, after] = [series[name].at(t), series[name].at(t + 1)];
    data.copyWithin(after + n * width, before + n * width, before + B * width);
  }
  for (const name in layout.saved) clear(series[name], n, B, t);
}

/** Rows that have ended by step t hand the gradient of their state on, and have none of their pre-activations. */
function handOn({ B, series: { grad_h, grad_a } }: Sequence, n: number, t: number): void {
  const { data } = grad_h;
  const [to, from] = [grad_h.at(t), grad_h.at(t + 1)];
  for (let k = n * grad_h.width; k < B * grad_h.width; k++) data[to + k] += data[from + k];
  clear(grad_a, n, B, t);
}

function clear(series: Series, n: number, B: number, t: number): void {
  const at = series.at(t);
  series.data.fill(0, at + n * series.width, at + B * series.width);
}
