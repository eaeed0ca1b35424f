import type { Block, Matrix, PackedMatrix, SequenceKernels } from '@retrograd/kernels';
import type { Product, Run, Series } from './cell.js';
import { StepMatrix } from './series.js';

/** Rows and columns of a matrix, as a matrix of their own. */
export function part(
  { block, at, ld }: Matrix,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): Matrix {
  return { block, at: at + top * ld + left, rows: bottom - top, columns: right - left, ld };
}

/**
 * The weights of a cell's products, packed for the B rows of a batch. Their blocks are the caller's to give back.
 * @param W     all weights, (H + I + 1, N)
 * @param trans whether each weight is transposed, for a backward run
 */
export function packWeights(
  kernels: SequenceKernels,
  products: readonly Product[],
  W: Matrix,
  { trans, rows }: { trans: boolean; rows: number },
): PackedMatrix[] {
  const packed: PackedMatrix[] = [];
  try {
    for (const each of products) packed.push(kernels.pack(part(W, each.rows, each.columns), { trans, rows }));
  } catch (error) {
    giveBack(kernels, packed);
    throw error;
  }
  return packed;
}

/** Gives the blocks of packed weights back. */
export function giveBack(kernels: SequenceKernels, packed: readonly PackedMatrix[]): void {
  for (const { blocks } of packed) for (const block of blocks) kernels.give(block as Block);
}

/** `Run.multiply` of a forward run: a += operand W. */
export function forwardProducts(
  kernels: SequenceKernels,
  products: readonly Product[],
  packed: readonly PackedMatrix[],
  series: Readonly<Record<string, Series>>,
): Run['multiply'] {
  const operands = products.map(({ operand }) => new StepMatrix(series[operand]));
  const results = products.map(({ columns: [from, to] }) => new StepMatrix(series.a, from, to));
  return (i, n, t) =>
    kernels.multiplyPacked(operands[i].moveTo(n, t), packed[i], results[i].moveTo(n, t), true);
}

/** `Run.multiply` of a backward run, its twin: grad_operand = grad_a Wᵀ, added where the operand is a state. */
export function backwardProducts(
  kernels: SequenceKernels,
  products: readonly Product[],
  packed: readonly PackedMatrix[],
  series: Readonly<Record<string, Series>>,
  isState: (operand: string) => boolean,
): Run['multiply'] {
  const gradients = products.map(({ columns: [from, to] }) => new StepMatrix(series.grad_a, from, to));
  const results = products.map(({ operand }) => new StepMatrix(series[`grad_${operand}`]));
  const adds = products.map(({ operand }) => isState(operand));
  return (i, n, t) =>
    kernels.multiplyPacked(gradients[i].moveTo(n, t), packed[i], results[i].moveTo(n, t), adds[i]);
}
