import { sizeOf } from './shape.js';
import type { IndexData } from './types.js';

/**
 * An array with the fields and methods of a scijs ndarray, and the same results from each of them
 * (test/arrays/ndarray-view.test.ts compares them on random views). ndarray itself writes the source text of
 * one class for each dtype and rank and compiles it with `new Function`, which a page's content security
 * policy may forbid.
 *
 * A class for each of the usual ranks, since `get`, `set` and `index` are as fast as ndarray's only when
 * written out. All dtypes share them. As in ndarray, the methods check nothing.
 */
export class View {
  constructor(
    public data: IndexData,
    public shape: number[],
    public stride: number[],
    public offset: number,
  ) {}

  /** 'float64', 'float32', 'int8', …, 'uint8_clamped', 'buffer' (Node's) or 'array'. */
  get dtype(): string {
    const { data } = this;
    if (Array.isArray(data)) return 'array';
    if ((data.constructor as { isBuffer?: unknown }).isBuffer !== undefined) return 'buffer';
    return data instanceof Uint8ClampedArray
      ? 'uint8_clamped'
      : data[Symbol.toStringTag].slice(0, -'Array'.length).toLowerCase();
  }

  get dimension(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** The axes from the smallest absolute stride to the largest. */
  get order(): number[] {
    const steps = this.stride.map(Math.abs);
    // Three axes, the last two of equal strides: there ndarray does not keep them in order.
    if (steps.length === 3 && steps[0] <= steps[1] && steps[1] === steps[2]) return [0, 2, 1];
    return [...steps.keys()].sort((i, j) => steps[i] - steps[j]);
  }

  /** The place of an entry in the data. */
  index(...at: number[]): number {
    let place = this.offset;
    for (let axis = 0; axis < this.stride.length; axis++) place += this.stride[axis] * at[axis];
    return place;
  }

  get(...at: number[]): number {
    return this.data[this.index(...at)];
  }

  /** @param at the indices of the entry, then its new value */
  set(...at: number[]): number {
    const value = at[this.stride.length];
    this.data[this.index(...at)] = value;
    return value;
  }

  /** The entries before these indices; all along an axis without one. */
  hi(...ends: (number | null)[]): View {
    const shape = this.shape.map((n, axis) => {
      const end = ends[axis];
      return typeof end !== 'number' || end < 0 ? n : end | 0;
    });
    return makeView(this.data, shape, this.stride, this.offset);
  }

  /** The entries from these indices on; all along an axis without one. */
  lo(...starts: (number | null)[]): View {
    let { offset } = this;
    const shape = this.shape.map((n, axis) => {
      const start = starts[axis];
      if (!isIndex(start)) return n;
      offset += this.stride[axis] * (start | 0);
      return n - (start | 0);
    });
    return makeView(this.data, shape, this.stride, offset);
  }

  /** Every so many entries; backwards from the last one for a negative number. */
  step(...steps: (number | null)[]): View {
    let { offset } = this;
    const shape = this.shape.slice();
    const stride = this.stride.map((before, axis) => {
      const step = steps[axis];
      if (typeof step !== 'number') return before;
      const by = step | 0;
      if (by < 0) offset += before * (shape[axis] - 1);
      shape[axis] = Math.ceil(by < 0 ? -shape[axis] / by : shape[axis] / by);
      return before * by;
    });
    return makeView(this.data, shape, stride, offset);
  }

  /**
   * @param axes for each axis of the result, the axis of this view that it is; the same one where left out
   */
  transpose(...axes: (number | undefined)[]): View {
    const from = this.shape.map((_, axis) => {
      const chosen = axes[axis];
      return chosen === undefined ? axis : chosen | 0;
    });
    return makeView(
      this.data,
      from.map((axis) => this.shape[axis]),
      from.map((axis) => this.stride[axis]),
      this.offset,
    );
  }

  /** The view without the axes that are given an index, at those indices. */
  pick(...at: (number | null)[]): View {
    let { offset } = this;
    const kept = [...this.shape.keys()].filter((axis) => {
      const index = at[axis];
      if (!isIndex(index)) return true;
      offset = (offset + this.stride[axis] * index) | 0;
      return false;
    });
    return makeView(
      this.data,
      kept.map((axis) => this.shape[axis]),
      kept.map((axis) => this.stride[axis]),
      offset,
    );
  }

  /** A view without axes stands for its entry: `1 + view`. */
  valueOf(): unknown {
    return this.shape.length === 0 ? this.get() : this;
  }
}

class View1 extends View {
  override index(i: number): number {
    return this.offset + this.stride[0] * i;
  }

  override get(i: number): number {
    return this.data[this.offset + this.stride[0] * i];
  }

  override set(i: number, value: number): number {
    this.data[this.offset + this.stride[0] * i] = value;
    return value;
  }
}

class View2 extends View {
  override index(i: number, j: number): number {
    return this.offset + this.stride[0] * i + this.stride[1] * j;
  }

  override get(i: number, j: number): number {
    return this.data[this.offset + this.stride[0] * i + this.stride[1] * j];
  }

  override set(i: number, j: number, value: number): number {
    this.data[this.offset + this.stride[0] * i + this.stride[1] * j] = value;
    return value;
  }
}

class View3 extends View {
  override index(i: number, j: number, k: number): number {
    return this.offset + this.stride[0] * i + this.stride[1] * j + this.stride[2] * k;
  }

  override get(i: number, j: number, k: number): number {
    return this.data[this.offset + this.stride[0] * i + this.stride[1] * j + this.stride[2] * k];
  }

  override set(i: number, j: number, k: number, value: number): number {
    this.data[this.offset + this.stride[0] * i + this.stride[1] * j + this.stride[2] * k] = value;
    return value;
  }
}

const isIndex = (value: number | null | undefined): value is number =>
  typeof value === 'number' && value >= 0;

/**
 * A view of the class for its rank, with copies of shape and stride: literals, which engines make faster than
 * they copy lists.
 */
export function makeView(
  data: IndexData,
  shape: readonly number[],
  stride: readonly number[],
  offset: number,
): View {
  const at = offset | 0;
  switch (shape.length) {
    case 1:
      return new View1(data, [shape[0]], [stride[0]], at);
    case 2:
      return new View2(data, [shape[0], shape[1]], [stride[0], stride[1]], at);
    case 3:
      return new View3(data, [shape[0], shape[1], shape[2]], [stride[0], stride[1], stride[2]], at);
    default:
      return new View(data, shape.slice(), stride.slice(), at);
  }
}
