import {
  array,
  checkArray,
  copy,
  type Dtype,
  dtypeOf,
  formatShape,
  GraphError,
  isNdArray,
  type NdArray,
  type NestedList,
  ShapeError,
} from '@retrograd/kernels';
import type { Call } from './call.js';

/** Counts the in-place changes of one piece of memory; a tensor and the views of it share the counter. */
export interface Memory {
  version: number;
}

/**
 * A node of the graph: an array, and the call that computed it.
 *
 *     x ──┐
 *         ├─ Call 'mul' ── y ── Call 'sum' ── loss
 *     w ──┘
 *
 * `x` and `w` are leaves (`call` is null). The arrows point backwards in memory: a tensor holds its call, a call holds
 * its inputs, and nothing holds a tensor from ahead, so ordinary garbage collection frees a graph with its last result.
 *
 * Values are read, never written, except through `update`, which backward notices.
 */
export class Tensor {
  /** d(loss)/d(this), summed over the backward passes since it was last set to null. Leaves only. */
  grad: NdArray | null = null;

  /** @internal Use `tensor`, `parameter` or `constant`. */
  constructor(
    readonly value: NdArray,
    readonly requiresGrad: boolean,
    /** The call that made this tensor; null for a leaf. */
    readonly call: Call | null,
    /** @internal */
    readonly memory: Memory,
  ) {}

  /** Sizes along each axis; [] for a scalar. */
  get shape(): number[] {
    return this.value.shape;
  }

  get dtype(): Dtype {
    return dtypeOf(this.value);
  }

  /** Number of elements. */
  get size(): number {
    return this.value.size;
  }

  /**
   * The number in a tensor of one element.
   * @throws ShapeError when there is not exactly one element
   */
  item(): number {
    const { value } = this;
    if (value.size !== 1) throw new ShapeError('item', 'tensor', 'of one element', formatShape(value.shape));
    return value.data[value.offset] as number;
  }

  /** The same value as a constant: gradients stop here. Shares memory. */
  detach(): Tensor {
    return new Tensor(this.value, false, null, this.memory);
  }

  /**
   * Changes the value of a leaf in place, as optimizers do: `p.update(value => { … })`. A backward pass over a graph that
   * still needs the old value is then refused instead of being silently wrong.
   * @throws GraphError on a tensor that an op computed
   */
  update(change: (value: NdArray) => void): void {
    if (this.call !== null) {
      throw new GraphError('update', 'tensor', 'a leaf', `the output of ${this.call.name}`);
    }
    this.memory.version++;
    change(this.value);
  }
}

/** What an op takes: a tensor, an array (a constant), or a number (which takes the dtype of its partner). */
export type TensorLike = Tensor | NdArray | number;

export interface TensorOptions {
  /** Whether backward computes a gradient for it. Default false. */
  requiresGrad?: boolean;
  /** Default: the dtype of the array given, float64 for lists and numbers. */
  dtype?: Dtype;
}

/**
 * A leaf with its own copy of `data`: later changes of the array do not reach the graph, nor the graph's the array.
 * @param data an array (any view), a nested list, or a number (shape [])
 * @throws DtypeError, ShapeError when `data` is neither, or a ragged list
 */
export function tensor(data: NdArray | NestedList, options: TensorOptions = {}): Tensor {
  return new Tensor(ownArray(data, options), options.requiresGrad ?? false, null, { version: 0 });
}

function ownArray(data: NdArray | NestedList, { dtype }: TensorOptions): NdArray {
  if (!isNdArray(data)) return array(data, { dtype });
  checkArray('tensor', 'data', data);
  return copy(data, { dtype });
}

/** A leaf that is trained: `tensor` with `requiresGrad`. */
export function parameter(
  data: NdArray | NestedList,
  options: Omit<TensorOptions, 'requiresGrad'> = {},
): Tensor {
  return tensor(data, { ...options, requiresGrad: true });
}

/** A leaf without gradient over the caller's own array, not copied. The array must not change while the graph is used. */
export function constant(value: NdArray): Tensor {
  checkArray('constant', 'value', value);
  return new Tensor(value, false, null, { version: 0 });
}

/** A tensor of what an op was given; `like` decides the dtype of a bare number. */
export function asTensor(op: string, argument: string, value: TensorLike, like?: Dtype): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value === 'number') {
    return new Tensor(array(value, { dtype: like ?? 'float64' }), false, null, { version: 0 });
  }
  checkArray(op, argument, value);
  return new Tensor(value, false, null, { version: 0 });
}
