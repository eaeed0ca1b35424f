import { assign, type Dtype, type FloatData, type NdArray, view, wrap } from '@retrograd/arrays';
import { allocate, checkArray, checkKeys } from '@retrograd/arrays/internal';
import type { Cell, ParameterPart, Sizes } from './cell.js';
import { gateColumns } from './weights.js';

/** A cell's parameters in two buffers: W (H + I, N), the hidden part in the first H rows, and b (N). */
export interface Packed<Data = FloatData> {
  readonly W: Data;
  readonly b: Data;
}

/** Parameters under the names of `Cell.parameters`. */
export type NamedArrays = Readonly<Record<string, NdArray>>;

/** The shape of a parameter. */
export const shapeOfPart = ({ rows, columns: [from, to] }: ParameterPart): number[] =>
  rows === undefined ? [to - from] : [rows[1] - rows[0], to - from];

/** The parameters of a cell under their own names, as views of the packed ones. */
export function namedViews(cell: Cell, sizes: Sizes, { W, b }: Packed): Record<string, NdArray> {
  const N = gateColumns(cell, sizes);
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
  const N = gateColumns(cell, sizes);
  const packed = { W: allocate(dtype, (sizes.H + sizes.I) * N), b: allocate(dtype, N) };
  for (const [name, to] of Object.entries(namedViews(cell, sizes, packed))) assign(to, params[name]);
  return packed;
}

/** Zeros in the shapes of the packed parameters. */
export function packedZeros(cell: Cell, sizes: Sizes, dtype: Dtype): Packed<NdArray> {
  const N = gateColumns(cell, sizes);
  const rows = sizes.H + sizes.I;
  return { W: wrap(allocate(dtype, rows * N), [rows, N]), b: wrap(allocate(dtype, N), [N]) };
}

/**
 * Checks that there are exactly the parameters of a cell and that they fit the sizes of the input and the state.
 * @throws ValueError, DtypeError, ShapeError
 */
export function checkParameters(op: string, cell: Cell, sizes: Sizes, params: object): void {
  const parts = cell.parameters(sizes);
  checkKeys(op, 'params', params, Object.keys(parts));
  const given = params as NamedArrays;
  for (const [name, part] of Object.entries(parts)) {
    checkArray(op, name, given[name], shapeOfPart(part), part.note);
  }
}
