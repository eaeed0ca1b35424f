import { assign, type Dtype, type FloatData, type NdArray, view, zeros } from '@retrograd/arrays';
import { checkArray, checkKeys } from '@retrograd/arrays/internal';
import type { Block, Matrix } from '@retrograd/kernels';
import type { Cell, ParameterPart, Sizes } from './cell.js';

/** A cell's parameters in two buffers: W (H + I, N), the hidden part in the first H rows, and b (N). */
export interface Packed<Data = FloatData> {
  readonly W: Data;
  readonly b: Data;
}

/** N, the numbers in a row of the packed weights. */
export const gateColumns = ({ gates }: Cell, { H }: Sizes): number => gates.length * H;

/** Parameters under the names of `Cell.parameters`. */
export type NamedArrays = Readonly<Record<string, NdArray>>;

/** The shape of a parameter. */
export const shapeOfPart = ({ rows, columns: [from, to] }: ParameterPart): number[] =>
  rows === undefined ? [to - from] : [rows[1] - rows[0], to - from];

/** The parameters of a cell under their own names, as views of the packed ones. */
export function namedViews(cell: Cell, sizes: Sizes, { W, b }: Packed): Record<string, NdArray> {
  const N = b.length;
  const views: Record<string, NdArray> = {};
  for (const [name, part] of Object.entries(cell.parameters(sizes))) {
    const { rows, columns } = part;
    const at = columns[0] + (rows === undefined ? 0 : rows[0] * N);
    views[name] = view(rows === undefined ? b : W, shapeOfPart(part), rows === undefined ? [1] : [N, 1], at);
  }
  return views;
}

/** Packs parameters that `checkParameters` has seen. @returns never the caller's memory */
export function packParameters(cell: Cell, sizes: Sizes, params: NamedArrays, dtype: Dtype): Packed {
  const { W, b } = packedZeros(cell, sizes, dtype);
  const packed = { W: W.data, b: b.data };
  for (const [name, to] of Object.entries(namedViews(cell, sizes, packed))) assign(to, params[name]);
  return packed;
}

/** Zeros in the shapes of the packed parameters. */
export function packedZeros(cell: Cell, sizes: Sizes, dtype: Dtype): Packed<NdArray> {
  const N = gateColumns(cell, sizes);
  return { W: zeros([sizes.H + sizes.I, N], { dtype }), b: zeros([N], { dtype }) };
}

/** Copies W and b, one more row below it, into a block of that many numbers. @returns (H + I + 1, N) */
export function loadWeights({ I, H }: Sizes, { W, b }: Packed, block: Block): Matrix {
  const { data } = block;
  data.set(W);
  data.set(b, W.length);
  return { block, at: 0, rows: H + I + 1, columns: b.length, ld: b.length };
}

/** Rows and columns of a matrix, as a matrix of their own. */
export function part({ block, at, ld }: Matrix, rows: readonly number[], columns: readonly number[]): Matrix {
  const [[top, bottom], [left, right]] = [rows, columns];
  return { block, at: at + top * ld + left, rows: bottom - top, columns: right - left, ld };
}

/** The rows of the weights for the input, with the biases below them, which the one at the end of each input multiplies. */
export const inputRows = (weights: Matrix, { H }: Sizes): Matrix =>
  part(weights, [H, weights.rows], [0, weights.columns]);

/**
 * Checks that there are exactly the parameters of a cell and that they fit the sizes of the input and the state.
 * @throws ValueError, DtypeError, ShapeError
 */
export function checkParameters(op: string, cell: Cell, sizes: Sizes, params: NamedArrays): void {
  const parts = cell.parameters(sizes);
  checkKeys(op, 'params', params, Object.keys(parts));
  for (const name in parts) checkArray(op, name, params[name], shapeOfPart(parts[name]), parts[name].note);
}
