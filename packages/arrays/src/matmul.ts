import type { FloatData } from '@retrograd/kernels';
import { currentKernels, type Kernels, ShapeError } from '@retrograd/kernels';
import { allocate, formatShape, product } from '@retrograd/kernels/internal';
import { cast, dense, dtypeOf, isDense, resultType } from './array.js';
import { checkArray } from './checks.js';
import { fillRows } from './fill-rows.js';
import { broadcastShapes, sizeOf } from './shape.js';
import { wrap } from './storage.js';
import type { NdArray } from './types.js';

/**
 * The matrix product of the last two axes; the axes before them are broadcast (NumPy's `matmul`, for two axes or more).
 * Transposed views go to the kernel as they are.
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
  let A = matrices(cast(a, dtype));
  const B = matrices(cast(b, dtype));
  const leads = aRank > 2 || bRank > 2;
  const batch = leads ? broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2)) : [];
  const shape = [...batch, M, N];
  let rows = M;
  if (bRank === 2 && aRank > 2 && isDense(A)) {
    // One matrix on the right: all the rows on the left make one product.
    rows *= sizeOf(batch);
    A = wrap(A.data, [rows, K]);
  }
  const data = allocate(dtype, sizeOf(shape));
  const kernels = currentKernels();
  const index = new Array<number>(batch.length).fill(0);
  for (let to = 0; to < data.length; to += rows * N) {
    multiply(kernels, A, batchOffset(A, index), B, batchOffset(B, index), false, data, to);
    for (let axis = batch.length - 1; axis >= 0 && ++index[axis] === batch[axis]; axis--) index[axis] = 0;
  }
  return wrap(data, shape);
}

/**
 * target += a b, in place, without an array for the product. For a gradient that grows with every step of a sequence.
 * @param target (M, N), dense, of no memory that a or b uses; not checked
 * @param a      (M, K); not checked
 * @param b      (K, N); not checked
 * @returns whether it was done: not unless all three have two axes and one dtype
 */
export function addMatmul(target: NdArray, a: NdArray, b: NdArray): boolean {
  if (target.shape.length !== 2 || a.shape.length !== 2 || b.shape.length !== 2) return false;
  const dtype = dtypeOf(target);
  if (dtypeOf(a) !== dtype || dtypeOf(b) !== dtype) return false;
  const A = matrices(a);
  const B = matrices(b);
  multiply(currentKernels(), A, A.offset, B, B.offset, true, target.data, 0);
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
  const A = matrices(cast(x, dtype));
  const B = matrices(cast(W, dtype));
  multiply(currentKernels(), A, A.offset, B, B.offset, b !== undefined, data, 0);
  return wrap(data, [N, O]);
}

/** The product of a matrix of A with one of B, which start at the offsets; both arrays came through `matrices`. */
function multiply(
  kernels: Kernels,
  A: NdArray,
  aOffset: number,
  B: NdArray,
  bOffset: number,
  accumulate: boolean,
  C: FloatData,
  cOffset: number,
): void {
  const M = A.shape[A.shape.length - 2];
  const K = A.shape[A.shape.length - 1];
  const N = B.shape[B.shape.length - 1];
  const a = layoutOf(A);
  const b = layoutOf(B);
  // biome-ignore format: the operands read best one a line
  product(
    kernels, a < 0, b < 0, M, N, K,
    A.data, aOffset, Math.abs(a),
    B.data, bOffset, Math.abs(b),
    accumulate, C, cOffset, N,
  );
}

/** The array itself when a kernel can read its matrices where they lie, as they are or transposed; else a dense copy. */
const matrices = (x: NdArray): NdArray => (layoutOf(x) === 0 ? dense(x) : x);

/**
 * How a kernel can read the matrices of an array where they lie: the entries from one stored row to the next, for a single one
 * what a kernel may expect at least; negative when they are stored column by column, 0 when it cannot.
 */
function layoutOf(x: NdArray): number {
  const rank = x.shape.length;
  const rows = x.shape[rank - 2];
  const columns = x.shape[rank - 1];
  const rowStep = x.stride[rank - 2];
  const columnStep = x.stride[rank - 1];
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
