import type { Matrix, PackedMatrix, SequenceKernels } from '@retrograd/kernels';
import type { Cell, Layout, Run, Sizes, StepFunction } from './cell.js';
import type { Schedule } from './schedule.js';
import type { Series, SeriesByName } from './series.js';
import { part } from './weights.js';

/** A sequence that a cell runs over. */
export interface Sequence {
  readonly kernels: SequenceKernels;
  readonly cell: Cell;
  readonly layout: Layout;
  readonly sizes: Sizes;
  readonly B: number;
  readonly T: number;
  readonly schedule: Schedule | null;
}

/** All steps of a sequence, in machine code where the cell and the kernels have it, else one call of the cell's step after the other. */
export function runSteps(
  sequence: Sequence,
  series: SeriesByName,
  weights: Matrix,
  direction: 'forward' | 'backward',
): void {
  const { kernels, cell, sizes, B, T, schedule } = sequence;
  const { packed, multiply } = stepProducts(sequence, series, weights, direction);
  try {
    if (schedule === null && inMachineCode(sequence, series, packed, direction)) return;
    const step = cell[direction]({ kernels, sizes, series, multiply });
    for (let i = 0; i < T; i++) {
      const t = direction === 'forward' ? i : T - 1 - i;
      const n = schedule === null ? B : schedule.batchSizes[t];
      if (n < B && direction === 'backward') handOn(sequence, series, n, t);
      step(n, t);
      if (n < B && direction === 'forward') carryOn(sequence, series, n, t);
    }
  } finally {
    for (const { blocks } of packed) for (const block of blocks) kernels.give(block);
  }
}

/** The loop over all steps in machine code. @returns false when the cell or the kernels have none for these weights */
function inMachineCode(
  { kernels, cell, sizes: { H }, B, T }: Sequence,
  series: SeriesByName,
  packed: readonly PackedMatrix[],
  direction: 'forward' | 'backward',
): boolean {
  const loop = cell.loops?.[direction];
  if (loop === undefined) return false;
  const operands = loop.series.map((name) => series[name]);
  return kernels.steps(loop.code, loop.cost, { B, T, H, weights: packed, operands });
}

/** The products inside of a step, and their weights packed for the rows of a batch; the packed blocks are the caller's to give back. */
export function stepProducts(
  { kernels, layout: { states, products }, B }: Sequence,
  series: SeriesByName,
  weights: Matrix,
  direction: 'forward' | 'backward',
): { packed: PackedMatrix[]; multiply: Run['multiply'] } {
  const trans = direction === 'backward';
  const packed: PackedMatrix[] = [];
  try {
    for (const { rows, columns } of products)
      packed.push(kernels.pack(part(weights, rows, columns), { trans, rows: B }));
  } catch (error) {
    for (const { blocks } of packed) for (const block of blocks) kernels.give(block);
    throw error;
  }
  const calls = products.map(({ operand, columns }, i): StepFunction => {
    const gates = trans ? series.grad_a : series.a;
    const other = series[trans ? `grad_${operand}` : operand];
    if (!trans) {
      // a += operand W
      return (n, t) => kernels.multiplyPacked(other.step(n, t), packed[i], gates.step(n, t, columns), true);
    }
    // grad_operand = grad_a Wᵀ, added where the operand is a state
    const adds = operand in states;
    return (n, t) => kernels.multiplyPacked(gates.step(n, t, columns), packed[i], other.step(n, t), adds);
  });
  return { packed, multiply: (i, n, t) => calls[i](n, t) };
}

/** Rows that have ended keep their states; zeros stand for what they would have saved. */
function carryOn({ layout, B }: Sequence, series: SeriesByName, n: number, t: number): void {
  for (const name in layout.states) {
    const { data, width } = series[name];
    const [before, after] = [series[name].at(t), series[name].at(t + 1)];
    data.copyWithin(after + n * width, before + n * width, before + B * width);
  }
  for (const name in layout.saved) clear(series[name], n, B, t);
}

/** Rows that have ended by step t hand the gradient of their state on, and have none of their pre-activations. */
function handOn({ B }: Sequence, { grad_h, grad_a }: SeriesByName, n: number, t: number): void {
  const { data } = grad_h;
  const [to, from] = [grad_h.at(t), grad_h.at(t + 1)];
  for (let k = n * grad_h.width; k < B * grad_h.width; k++) data[to + k] += data[from + k];
  clear(grad_a, n, B, t);
}

function clear(series: Series, n: number, B: number, t: number): void {
  const at = series.at(t);
  series.data.fill(0, at + n * series.width, at + B * series.width);
}
