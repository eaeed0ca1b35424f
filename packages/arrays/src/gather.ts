import { ShapeError, ValueError } from '@retrograd/kernels';
import { describe, formatShape } from '@retrograd/kernels/internal';
import { allocate } from './allocate.js';
import { dense, denseCopy, dtypeOf } from './array.js';
import { checkArray, checkIndexArray, checkShape } from './checks.js';
import { contiguousStrides, normalizeAxis, sizeOf } from './shape.js';
import { wrap } from './storage.js';
import { copyStrided } from './strided.js';
import type { IndexArray, NdArray } from './types.js';

/**
 * Whole slices of x along an axis, picked by index: rows of a table, for axis 0.
 * @param indices integers from 0 to (size of the axis) - 1, of any shape
 * @returns x's shape with the axis replaced by the axes of `indices`
 * @throws ValueError when an index is out of range or not an integer
 */
export function take(x: NdArray, indices: IndexArray, axis = 0): NdArray {
  checkArray('take', 'x', x);
  const along = normalizeAxis('take', axis, x.shape.length);
  const picks = checkedIndices('take', 'indices', indices, x.shape[along]);
  const before = sizeOf(x.shape.slice(0, along));
  const after = sizeOf(x.shape.slice(along + 1));
  const n = x.shape[along];
  const data = dense(x).data;
  const out = allocate(dtypeOf(x), before * picks.length * after);
  let to = 0;
  for (let i = 0; i < before; i++) {
    for (let k = 0; k < picks.length; k++) {
      const from = (i * n + picks[k]) * after;
      for (let j = 0; j < after; j++) out[to++] = data[from + j];
    }
  }
  return wrap(out, [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)]);
}

/**
 * The gradient of `take`: zeros of `shape`, with each slice of x added at its index.
 * @param x as `take` gives it: `shape` with the axis replaced by the axes of `indices`
 * @returns an array of shape `shape`; slices with the same index add up in double precision, in order
 * @throws ValueError when an index is out of range or not an integer
 * @throws ShapeError when x has another shape
 */
export function addAt(shape: readonly number[], indices: IndexArray, x: NdArray, axis = 0): NdArray {
  checkShape('addAt', 'shape', shape);
  const along = normalizeAxis('addAt', axis, shape.length);
  const picks = checkedIndices('addAt', 'indices', indices, shape[along]);
  checkArray('addAt', 'x', x, [...shape.slice(0, along), ...indices.shape, ...shape.slice(along + 1)]);
  const before = sizeOf(shape.slice(0, along));
  const after = sizeOf(shape.slice(along + 1));
  const n = shape[along];
  const data = dense(x).data;
  const total = new Float64Array(sizeOf(shape));
  let from = 0;
  for (let i = 0; i < before; i++) {
    for (let k = 0; k < picks.length; k++) {
      const to = (i * n + picks[k]) * after;
      for (let j = 0; j < after; j++) total[to + j] += data[from++];
    }
  }
  return denseCopy(wrap(total, shape), dtypeOf(x));
}

/**
 * One entry of x for each entry of `index`, its position along the axis being replaced by that index
 * (`torch.gather`): out[i][j] = x[i][index[i][j]] for axis 1.
 * @param index integers from 0 to (size of the axis) - 1; as many axes as x, and along the others at most x's
 *              size
 * @returns an array of index's shape
 * @throws ValueError when an index is out of range or not an integer
 * @throws ShapeError when index's shape does not fit
 */
export function gather(x: NdArray, axis: number, index: IndexArray): NdArray {
  checkArray('gather', 'x', x);
  const along = normalizeAxis('gather', axis, x.shape.length);
  const places = placesOf('gather', x.shape, along, index);
  const data = dense(x).data;
  const out = allocate(dtypeOf(x), places.length);
  for (let i = 0; i < places.length; i++) out[i] = data[places[i]];
  return wrap(out, index.shape);
}

/**
 * The gradient of `gather`: zeros of `shape`, with each entry of x added at its index (`torch.scatter_add`).
 * @param x an array of index's shape
 * @returns an array of shape `shape`; entries with the same place add up in double precision, in order
 * @throws ValueError when an index is out of range or not an integer
 * @throws ShapeError when a shape does not fit
 */
export function scatterAdd(shape: readonly number[], axis: number, index: IndexArray, x: NdArray): NdArray {
  checkShape('scatterAdd', 'shape', shape);
  const along = normalizeAxis('scatterAdd', axis, shape.length);
  const places = placesOf('scatterAdd', shape, along, index);
  checkArray('scatterAdd', 'x', x, index.shape);
  const data = dense(x).data;
  const total = new Float64Array(sizeOf(shape));
  for (let i = 0; i < places.length; i++) total[places[i]] += data[i];
  return denseCopy(wrap(total, shape), dtypeOf(x));
}

/** The indices in C order. */
function checkedIndices(op: string, argument: string, indices: IndexArray, n: number): Float64Array {
  checkIndexArray(op, argument, indices);
  const flat = new Float64Array(sizeOf(indices.shape));
  copyStrided(indices, flat);
  for (let i = 0; i < flat.length; i++) {
    if (!(flat[i] >= 0 && flat[i] < n && Number.isInteger(flat[i]))) {
      const wanted = n === 0 ? 'empty, as the axis is' : `integers from 0 to ${n - 1}`;
      throw new ValueError(op, argument, wanted, describe(flat[i]));
    }
  }
  return flat;
}

/** For each entry of `index`, in C order, where in a dense array of `shape` it points. */
function placesOf(op: string, shape: readonly number[], along: number, index: IndexArray): Float64Array {
  const picks = checkedIndices(op, 'index', index, shape[along]);
  const rank = shape.length;
  const fits = index.shape.length === rank && index.shape.every((n, i) => i === along || n <= shape[i]);
  if (!fits) {
    const wanted = `[${shape.map((n, i) => (i === along ? 'any' : `<= ${n}`)).join(', ')}]`;
    throw new ShapeError(op, 'index', wanted, formatShape(index.shape));
  }
  const stride = contiguousStrides(shape);
  const places = new Float64Array(picks.length);
  let repeat = 1;
  for (let d = rank - 1; d >= 0; d--) {
    const n = index.shape[d];
    for (let i = 0; i < places.length; i++) {
      if (d === along) places[i] += picks[i] * stride[d];
      else places[i] += (Math.floor(i / repeat) % n) * stride[d];
    }
    repeat *= n;
  }
  return places;
}
