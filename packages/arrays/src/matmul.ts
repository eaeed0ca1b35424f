import { type ArrayMatrix, currentKernels, type Kernels, ShapeError } from '@retrograd/kernels';
import { formatShape } from '@retrograd/kernels/internal';
import { allocate } from './allocate.js';
import { cast, dense, dtypeOf, isDense, resultType } from './array.js';
import { checkArray } from './checks.js';
import { fillRows } from './fill-rows.js';
import { broadcastShapes, sizeOf } from './shape.js';
import { wrap } from './storage.js';
import type { NdArray } from './types.js';

/**
 * The matrix product of the last two axes; the axes before them are broadcast (NumPy's `matmul`, for two axes
 * or more). Transposed views go to the kernel as they are.
 * @param a (..., M, K)
 * @param b (..., K, N)
 * @returns (..., M, N)
 * @throws ShapeError when an array has fewer than two axes, or the sizes do not fit
 */
export function matmul(a: NdArray, b: NdArray): NdArray {
  checkArray('matmul', 'a', a);
  checkArray('matmul', 'b', b);
  const aRank = a.shape.length;
  const bRank = b.shape.length;
  if (aRank < 2) throw new ShapeError('matmul', 'a', '[..., M, K] (two axes or more)', formatShape(a.shape));
  if (bRank < 2) throw new ShapeError('matmul', 'b', '[..., K, N] (two axes or more)', formatShape(b.shape));
  const M = a.shape[aRank - 2];
  const K = a.shape[aRank - 1];
  const N = b.shape[bRank - 1];
  if (b.shape[bRank - 2] !== K) {
    const wanted = bRank === 2 ? `[${K}, N]` : `[..., ${K}, N]`;
    throw new ShapeError('matmul', 'b', wanted, formatShape(b.shape));
  }
  const dtype = resultType(a, b);
  let left = matrices(cast(a, dtype));
  const right = matrices(cast(b, dtype));
  const leads = aRank > 2 || bRank > 2;
  const batch = leads ? broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2)) : [];
  const shape = [...batch, M, N];
  let rows = M;
  if (bRank === 2 && aRank > 2 && isDense(left)) {
    // One matrix on the right: all the rows on the left make one product.
    rows *= sizeOf(batch);
    left = wrap(left.data, [rows, K]);
  }
  const data = allocate(dtype, sizeOf(shape));
  const kernels = currentKernels();
  const index = new Array<number>(batch.length).fill(0);
  const [A, B] = [operandOf(left), operandOf(right)];
  for (let at = 0; at < data.length; at += rows * N) {
    A.at = batchOffset(left, index);
    B.at = batchOffset(right, index);
    multiply(kernels, A, B, { data, at, rows, columns: N, ld: N }, false);
    for (let axis = batch.length - 1; axis >= 0 && ++index[axis] === batch[axis]; axis--) index[axis] = 0;
  }
  return wrap(data, shape);
}

/**
 * target += a b, in place, without an array for the product. For a gradient that grows with every step of a
 * sequence.
 * @param target (M, N), dense, of no memory that a or b uses; not checked
 * @param a      (M, K); not checked
 * @param b      (K, N); not checked
 * @returns whether it was done: not unless all three have two axes and one dtype
 */
export function addMatmul(target: NdArray, a: NdArray, b: NdArray): boolean {
  if (target.shape.length !== 2 || a.shape.length !== 2 || b.shape.length !== 2) return false;
  const dtype = dtypeOf(target);
  if (dtypeOf(a) !== dtype || dtypeOf(b) !== dtype) return false;
  const [rows, columns] = target.shape;
  const C = { data: target.data, at: 0, rows, columns, ld: columns };
  multiply(currentKernels(), operandOf(matrices(a)), operandOf(matrices(b)), C, true);
  return true;
}

/**
 * x W + b, the bias added to every row: the sums of the product start from it.
 * @param x (N, I)
 * @param W (I, O)
 * @param b (O); none unless given
 * @returns (N, O)
 * @throws ShapeError when an array has another shape
 */
export function affine(x: NdArray, W: NdArray, b?: NdArray): NdArray {
  checkArray('affine', 'W', W, ['inputs', 'outputs']);
  const [I, O] = W.shape;
  checkArray('affine', 'x', x, ['rows', I]);
  if (b !== undefined) checkArray('affine', 'b', b, [O]);
  const dtype = b === undefined ? resultType(x, W) : resultType(x, W, b);
  const [N] = x.shape;
  const data = allocate(dtype, N * O);
  if (b !== undefined) fillRows(data, 0, N, dense(cast(b, dtype)).data);
  const [A, B] = [operandOf(matrices(cast(x, dtype))), operandOf(matrices(cast(W, dtype)))];
  multiply(currentKernels(), A, B, { data, at: 0, rows: N, columns: O, ld: O }, b !== undefined);
  return wrap(data, [N, O]);
}

/** A matrix as a kernel reads it, and whether it stands for its transpose. */
interface Operand extends ArrayMatrix {
  at: number;
  readonly trans: boolean;
}

/** The first matrix of an array that came through `matrices`. */
function operandOf({ data, offset: at, shape, stride }: NdArray): Operand {
  const layout = layoutOf(shape, stride);
  const [rows, columns] = shape.slice(-2);
  return layout < 0
    ? { data, at, rows: columns, columns: rows, ld: -layout, trans: true }
    : { data, at, rows, columns, ld: layout, trans: false };
}

function multiply(kernels: Kernels, A: Operand, B: Operand, C: ArrayMatrix, accumulate: boolean): void {
  kernels.multiply(A, B, C, { transA: A.trans, transB: B.trans, accumulate });
}

/**
 * The array itself when a kernel can read its matrices where they lie, as they are or transposed; else a
 * dense copy.
 */
const matrices = (x: NdArray): NdArray => (layoutOf(x.shape, x.stride) === 0 ? dense(x) : x);

/**
 * How a kernel can read the matrices of an array where they lie: the entries from one stored row to the next,
 * for a single one what a kernel may expect at least; negative when they are stored column by column, 0 when
 * it cannot.
 */
function layoutOf(shape: readonly number[], stride: readonly number[]): number {
  const rank = shape.length;
  const rows = shape[rank - 2];
  const columns = shape[rank - 1];
  const rowStep = stride[rank - 2];
  const columnStep = stride[rank - 1];
  if ((columns <= 1 || columnStep === 1) && (rows <= 1 || rowStep >= columns)) {
    return rows <= 1 ? Math.max(columns, 1) : rowStep;
  }
  if ((rows <= 1 || rowStep === 1) && (columns <= 1 || columnStep >= rows)) {
    return -(columns <= 1 ? Math.max(rows, 1) : columnStep);
  }
  return 0;
}

/** Where the matrix with this batch index starts, the index being that of the broadcast shape. */
function batchOffset(x: NdArray, index: readonly number[]): number {
  const own = x.shape.length - 2;
  let offset = x.offset;
  for (let i = 0; i < own; i++) if (x.shape[i] !== 1) offset += x.stride[i] * index[index.length - own + i];
  return offset;
}
