/**
 * Every kind of view that an ndarray can be, for the rule that a function gives bit for bit the answer of the
 * dense copy. What lies between the entries in memory is NaN, so that a read beside them shows.
 */
import { type FloatData, type NdArray, toNested, view } from '@retrograd/arrays';
import { sizeOf } from '@retrograd/arrays/internal';

export interface NamedView {
  name: string;
  view: NdArray;
}

/**
 * How a view lies in memory: the axes from the outermost to the innermost, and what is done to each of them.
 */
interface Layout {
  name: string;
  order: (rank: number) => number[];
  /** Runs backwards through memory. */
  reversed?: (axis: number, rank: number) => boolean;
  /** Entries per entry. */
  step?: number;
  /** Entries that the innermost stored axis is wider. */
  gap?: number;
  /** Entries in front of the first one. */
  offset?: number;
}

const forwards = (rank: number) => Array.from({ length: rank }, (_, i) => i);
const backwards = (rank: number) => forwards(rank).reverse();
/** The last two axes swapped: the matrices are transposed, the batch stays outside. */
const swapped = (rank: number) => (rank < 2 ? forwards(rank) : [...forwards(rank - 2), rank - 1, rank - 2]);

const LAYOUTS: Layout[] = [
  { name: 'transposed', order: backwards },
  { name: 'matrices transposed', order: swapped },
  { name: 'transposed with offset and gap', order: swapped, offset: 5, gap: 3 },
  { name: 'reversed', order: forwards, reversed: () => true },
  { name: 'reversed along the first axis', order: forwards, reversed: (axis) => axis === 0 },
  { name: 'reversed along the last axis', order: forwards, reversed: (axis, rank) => axis === rank - 1 },
  { name: 'reversed and transposed', order: backwards, reversed: () => true, offset: 1 },
  { name: 'stepped', order: forwards, step: 2 },
  { name: 'stepped, reversed', order: forwards, step: 3, reversed: (axis) => axis % 2 === 0 },
  { name: 'offset', order: forwards, offset: 4 },
  { name: 'columns of a wider array', order: forwards, offset: 2, gap: 5 },
];

/** Views with the entries of `x`, one for each kind of layout. */
export function viewsOf(x: NdArray): NamedView[] {
  return LAYOUTS.map((layout) => ({ name: layout.name, view: layOut(x, layout) }));
}

/**
 * Views with steps of 0 along axes of `x` along which its entries do not change (none when there is no such
 * axis).
 * `constantAlong` makes such arrays.
 */
export function broadcastViewsOf(x: NdArray): NamedView[] {
  const views: NamedView[] = [];
  for (let axis = 0; axis < x.shape.length; axis++) {
    if (!isConstantAlong(x, axis)) continue;
    const base = layOut(x, { name: '', order: forwards, offset: 2 });
    const stride = base.stride.map((step, i) => (i === axis ? 0 : step));
    views.push({
      name: `broadcast along axis ${axis}`,
      view: view(base.data, x.shape, stride, base.offset),
    });
  }
  return views;
}

/** A dense array that repeats the entries at index 0 of `axis` all along it. */
export function constantAlong(x: NdArray, axis: number): NdArray {
  const stride = x.stride.map((step, i) => (i === axis ? 0 : step));
  return layOut(view(x.data, x.shape, stride, x.offset), { name: '', order: forwards });
}

/** A view's entries in C order, whatever its layout. */
export function entriesOf(x: NdArray): number[] {
  return ([toNested(x)] as unknown[]).flat(Number.POSITIVE_INFINITY) as number[];
}

function layOut(x: NdArray, { order, reversed, step = 1, gap = 0, offset = 0 }: Layout): NdArray {
  const rank = x.shape.length;
  const stride = new Array<number>(rank).fill(0);
  let width = step;
  const axes = order(rank);
  for (let i = rank - 1; i >= 0; i--) {
    stride[axes[i]] = width;
    width = width * x.shape[axes[i]] + (i === rank - 1 ? gap : 0);
  }
  let start = offset;
  for (let axis = 0; axis < rank; axis++) {
    if (!reversed?.(axis, rank) || x.shape[axis] === 0) continue;
    start += (x.shape[axis] - 1) * stride[axis];
    stride[axis] = -stride[axis];
  }
  const Data = x.data.constructor as new (n: number) => FloatData;
  const data = new Data(sizeOf(x.shape) === 0 ? offset : offset + width).fill(Number.NaN);
  const laid = view(data, x.shape, stride, start);
  const index = new Array<number>(rank).fill(0);
  for (const entry of entriesOf(x)) {
    laid.set(...index, entry);
    for (let axis = rank - 1; axis >= 0 && ++index[axis] === x.shape[axis]; axis--) index[axis] = 0;
  }
  return laid;
}

function isConstantAlong(x: NdArray, axis: number): boolean {
  const stride = x.stride.map((step, i) => (i === axis ? 0 : step));
  const repeated = view(x.data, x.shape, stride, x.offset);
  const entries = entriesOf(x);
  return x.shape[axis] > 1 && entriesOf(repeated).every((entry, i) => Object.is(entry, entries[i]));
}
