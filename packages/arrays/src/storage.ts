import type { FloatData } from '@retrograd/kernels';
import ndarray, { type NdArray as ScijsArray } from 'ndarray';
import { contiguousStrides } from './shape.js';
import type { IndexData, NdArray } from './types.js';

// Whoever makes an array allocates and wraps it.
export { allocate } from '@retrograd/kernels/internal';

type ViewClass = new (...fields: unknown[]) => NdArray;

/**
 * ndarray(...) finds the class of a view anew in every call, which costs more than a small array's arithmetic. So its classes are
 * kept here, by rank; above rank 3 ndarray(...) itself is called.
 */
const classes = { float32: [] as ViewClass[], float64: [] as ViewClass[] };

function viewClass(data: FloatData, rank: number): ViewClass {
  const known = data instanceof Float64Array ? classes.float64 : classes.float32;
  if (known[rank] === undefined) {
    const sample = ndarray(data, new Array<number>(rank).fill(0));
    known[rank] = sample.constructor as unknown as ViewClass;
  }
  return known[rank];
}

/**
 * A view of `data`, without a copy and without any check.
 * @param stride steps in `data` along each axis, in entries
 * @param offset where the entry with all indices 0 lies
 */
export function view<D extends IndexData>(
  data: D,
  shape: readonly number[],
  stride: readonly number[],
  offset: number,
): ScijsArray<D> {
  const rank = shape.length;
  const float = data instanceof Float64Array || data instanceof Float32Array;
  if (!float || rank > 3) return ndarray(data, shape as number[], stride as number[], offset);
  const View = viewClass(data, rank);
  let made: NdArray;
  if (rank === 2) made = new View(data, shape[0], shape[1], stride[0], stride[1], offset);
  else if (rank === 1) made = new View(data, shape[0], stride[0], offset);
  else if (rank === 0) made = new View(data, offset);
  else made = new View(data, shape[0], shape[1], shape[2], stride[0], stride[1], stride[2], offset);
  return made as unknown as ScijsArray<D>;
}

/** A C-contiguous view of a whole typed array, without a copy. `data.length` must be the product of `shape`. */
export function wrap<D extends IndexData>(data: D, shape: readonly number[]): ScijsArray<D> {
  return view(data, shape, contiguousStrides(shape), 0);
}
