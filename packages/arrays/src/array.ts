import type { Dtype, FloatData } from '@retrograd/kernels';
import { DtypeError, ShapeError } from '@retrograd/kernels';
import { describe, formatShape } from '@retrograd/kernels/internal';
import { allocate } from './allocate.js';
import { checkArray, checkIndexArray, checkShape } from './checks.js';
import { sizeOf } from './shape.js';
import { wrap } from './storage.js';
import { copyStrided } from './strided.js';
import type { DtypeOption, IndexArray, NdArray, NestedList } from './types.js';

/** The dtype of an array. Its data is trusted to be a Float32Array or a Float64Array. */
export function dtypeOf(x: NdArray): Dtype {
  return x.data instanceof Float64Array ? 'float64' : 'float32';
}

/** The dtype of a result: float32 when all arguments are, else float64. */
export function resultType(...arrays: readonly NdArray[]): Dtype {
  for (const x of arrays) if (x.data instanceof Float64Array) return 'float64';
  return arrays.length === 0 ? 'float64' : 'float32';
}

/**
 * Whether the data of an array is exactly its entries in C order: no offset, no gap, and no further entries.
 */
export function isDense(x: NdArray | IndexArray): boolean {
  if (x.offset !== 0) return false;
  const { shape, stride } = x;
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const n = shape[i];
    if (n !== 1 && stride[i] !== step && n !== 0) return false;
    step *= n;
  }
  return (x.data as { length: number }).length === step;
}

/** A fresh C-contiguous copy, of another dtype when asked. */
export function copy(x: NdArray, options: DtypeOption = {}): NdArray {
  checkArray('copy', 'x', x);
  return denseCopy(x, options.dtype === undefined ? dtypeOf(x) : checkDtype('copy', options.dtype));
}

/** The array itself when it is dense (see `isDense`), else a dense copy of it. */
export function dense(x: NdArray): NdArray {
  return isDense(x) ? x : denseCopy(x, dtypeOf(x));
}

/** The array itself if it has this dtype already, else a dense copy with it. */
export function cast(x: NdArray, dtype: Dtype): NdArray {
  checkArray('cast', 'x', x);
  return dtypeOf(x) === checkDtype('cast', dtype) ? x : denseCopy(x, dtype);
}

/** A fresh dense copy, unchecked. */
export function denseCopy(x: NdArray, dtype: Dtype): NdArray {
  const data = allocate(dtype, sizeOf(x.shape));
  if (isDense(x)) data.set(x.data);
  else copyStrided(x, data);
  return wrap(data, x.shape);
}

/**
 * An array from numbers.
 * @param source nested lists (as deep as the array has axes), a number (no axes), or a typed array (one
 *               axis); copied
 * @param options.dtype float64 unless given; a Float32Array stays float32
 * @param options.shape shape of the result, which the numbers fill in C order
 * @throws ShapeError when the lists are ragged or the shape holds another number of entries
 * @throws DtypeError when an entry is not a number
 */
export function array(
  source: NestedList | ArrayLike<number>,
  options: DtypeOption & { shape?: readonly number[] } = {},
): NdArray {
  const typed = ArrayBuffer.isView(source);
  const dtype = checkDtype(
    'array',
    options.dtype ?? (source instanceof Float32Array ? 'float32' : 'float64'),
  );
  const inferred = typed
    ? [(source as unknown as ArrayLike<number>).length]
    : shapeOfList(source as NestedList);
  const size = sizeOf(inferred);
  const shape = options.shape ?? inferred;
  checkShape('array', 'shape', shape);
  if (sizeOf(shape) !== size) {
    throw new ShapeError('array', 'shape', `of ${size} entries`, formatShape(shape));
  }
  const data = allocate(dtype, size);
  if (typed) data.set(source as unknown as ArrayLike<number>);
  else fillFromList(source as NestedList, inferred, 0, data, 0);
  return wrap(data, shape);
}

/** An array of zeros. */
export function zeros(shape: readonly number[], options: DtypeOption = {}): NdArray {
  checkShape('zeros', 'shape', shape);
  return wrap(allocate(checkDtype('zeros', options.dtype ?? 'float64'), sizeOf(shape)), shape);
}

/** An array of ones. */
export function ones(shape: readonly number[], options: DtypeOption = {}): NdArray {
  return filled('ones', shape, 1, options);
}

/** An array that holds the same value everywhere. */
export function full(shape: readonly number[], value: number, options: DtypeOption = {}): NdArray {
  return filled('full', shape, value, options);
}

function filled(op: string, shape: readonly number[], value: number, options: DtypeOption): NdArray {
  checkShape(op, 'shape', shape);
  const data = allocate(checkDtype(op, options.dtype ?? 'float64'), sizeOf(shape));
  return wrap(data.fill(value), shape);
}

/**
 * The entries of an array of any numbers as floats: the array itself when it holds floats already, else a
 * dense copy.
 */
export function toFloats(x: NdArray | IndexArray, dtype: Dtype = 'float64'): NdArray {
  if (x.data instanceof Float64Array || x.data instanceof Float32Array) return x as NdArray;
  checkIndexArray('toFloats', 'x', x);
  const data = allocate(checkDtype('toFloats', dtype), sizeOf(x.shape));
  copyStrided(x, data);
  return wrap(data, x.shape);
}

/** An array as nested lists, as deep as it has axes; an array without axes gives a number. */
export function toNested(x: NdArray | IndexArray): NestedList {
  checkIndexArray('toNested', 'x', x);
  const data = new Float64Array(sizeOf(x.shape));
  copyStrided(x, data);
  return nest(data, x.shape, 0, 0, data.length);
}

function nest(
  data: FloatData,
  shape: readonly number[],
  axis: number,
  from: number,
  size: number,
): NestedList {
  if (axis === shape.length) return data[from];
  const n = shape[axis];
  const step = n === 0 ? 0 : size / n;
  return Array.from({ length: n }, (_, i) => nest(data, shape, axis + 1, from + i * step, step));
}

function shapeOfList(list: NestedList): number[] {
  const shape: number[] = [];
  let first: unknown = list;
  while (Array.isArray(first)) {
    shape.push(first.length);
    first = first[0];
  }
  return shape;
}

function fillFromList(
  list: unknown,
  shape: readonly number[],
  axis: number,
  data: FloatData,
  from: number,
): number {
  if (axis === shape.length) {
    if (typeof list === 'number') {
      data[from] = list;
      return from + 1;
    }
    if (!Array.isArray(list))
      throw new DtypeError('array', 'source', 'numbers or lists of numbers', describe(list));
  }
  if (!Array.isArray(list) || axis === shape.length || list.length !== shape[axis]) {
    const wanted = axis === shape.length ? 'a number' : `a list of ${shape[axis]}`;
    throw new ShapeError('array', 'source', `evenly nested: ${wanted} at depth ${axis}`, describe(list));
  }
  let to = from;
  for (let i = 0; i < list.length; i++) to = fillFromList(list[i], shape, axis + 1, data, to);
  return to;
}

/** @throws DtypeError when it is neither of the two */
export function checkDtype(op: string, dtype: Dtype): Dtype {
  if (dtype !== 'float64' && dtype !== 'float32') {
    throw new DtypeError(op, 'dtype', "'float32' or 'float64'", describe(dtype));
  }
  return dtype;
}
