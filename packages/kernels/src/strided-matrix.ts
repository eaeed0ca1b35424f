import type { MatrixLayout } from './sequence/matrix.js';
import type { FloatData } from './types.js';

/**
 * A matrix as the loops of a product walk it: entry (i, j) is entry `at + i * rowStep + j * columnStep` of
 * the data.
 */
export interface StridedMatrix {
  readonly data: FloatData;
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** A row-major matrix of an array, or its transpose. */
export function stridedOf(
  data: FloatData,
  { at, rows, columns, ld }: MatrixLayout & { readonly at: number },
  trans: boolean,
): StridedMatrix {
  return trans
    ? { data, at, rows: columns, columns: rows, rowStep: 1, columnStep: ld }
    : { data, at, rows, columns, rowStep: ld, columnStep: 1 };
}

export function transpose({ data, at, rows, columns, rowStep, columnStep }: StridedMatrix): StridedMatrix {
  return { data, at, rows: columns, columns: rows, rowStep: columnStep, columnStep: rowStep };
}

/** Rows `first` to `first + rows` of a matrix. */
export function rowsFrom(X: StridedMatrix, first: number, rows: number): StridedMatrix {
  const { data, at, columns, rowStep, columnStep } = X;
  return { data, at: at + first * rowStep, rows, columns, rowStep, columnStep };
}
