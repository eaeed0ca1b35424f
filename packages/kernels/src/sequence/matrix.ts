import type { FloatData } from '../types.js';
import type { Block } from './block.js';

/** Size and row distance of a row-major matrix: entry (i, j) lies i * ld + j entries after the first one. */
export interface MatrixLayout {
  readonly rows: number;
  readonly columns: number;
  /** Leading dimension: entries from one row to the next. */
  readonly ld: number;
}

/** A row-major matrix in the kernels' memory: entry (i, j) is entry `at + i * ld + j` of the block. */
export interface Matrix extends MatrixLayout {
  readonly block: Block;
  readonly at: number;
}

/** A row-major matrix in an ordinary array: entry (i, j) is entry `at + i * ld + j` of the data. */
export interface ArrayMatrix extends MatrixLayout {
  readonly data: FloatData;
  readonly at: number;
}

/**
 * How the operands of a product C = op(A) op(B) are read, and what becomes of C. Each is false when left out.
 */
export interface ProductOptions {
  /** Whether op(A) is the transpose of A. */
  readonly transA?: boolean;
  /** Whether op(B) is the transpose of B. */
  readonly transB?: boolean;
  /** Whether the product is added to what C holds. */
  readonly accumulate?: boolean;
}

/** A matrix of a block. */
export function matrix(block: Block, rows: number, columns: number, at = 0, ld = columns): Matrix {
  return { block, at, rows, columns, ld };
}
