import type { Block, Matrix } from '@retrograd/kernels';
import type { Cell, Sizes } from './cell.js';
import type { Packed } from './parameters.js';

/** N, the numbers in a row of the packed weights. */
export const gateColumns = ({ gates }: Cell, { H }: Sizes): number => gates.length * H;

/** Numbers in W with b below it. */
export const weightEntries = (cell: Cell, sizes: Sizes): number =>
  (sizes.H + sizes.I + 1) * gateColumns(cell, sizes);

/** Copies W and b, one more row below it, into a block. @returns (H + I + 1, N) */
export function loadWeights(cell: Cell, sizes: Sizes, { W, b }: Packed, block: Block): Matrix {
  const { data } = block;
  data.set(W);
  data.set(b, W.length);
  const N = gateColumns(cell, sizes);
  return { block, at: 0, rows: sizes.H + sizes.I + 1, columns: N, ld: N };
}

/** Rows and columns of a matrix, as a matrix of their own. */
export function part({ block, at, ld }: Matrix, rows: readonly number[], columns: readonly number[]): Matrix {
  const [[top, bottom], [left, right]] = [rows, columns];
  return { block, at: at + top * ld + left, rows: bottom - top, columns: right - left, ld };
}

/** The rows of the weights for the input, with the biases below them, which the one at the end of each input multiplies. */
export const inputRows = (weights: Matrix, { H }: Sizes): Matrix =>
  part(weights, [H, weights.rows], [0, weights.columns]);
