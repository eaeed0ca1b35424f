import {
  checkArray,
  type Dtype,
  dtypeOf,
  formatShape,
  GraphError,
  type NdArray,
  ShapeError,
} from '@retrograd/arrays/internal';
import type { Call } from './call.js';

/** Counts the in-place changes of one piece of memory; a tensor and the views of it share the counter. */
export type Memory = { version: number };

/**
 * A node of the graph: an array, and the call that computed it.
 *
 *     x ──┐
 *         ├─ Call 'mul' ── y ── Call 'sum' ── loss
 *     w ──┘
 *
 * `x` and `w` are leaves (`call` is null). The arrows point backwards in memory: a tensor holds its call, a
 * call holds its inputs, and nothing holds a tensor from ahead, so ordinary garbage collection frees a graph
 * with its last result.
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
    /** @internal Undefined until something shares or counts: most tensors are never changed. */
    public sharedMemory?: Memory,
  ) {}

  /** @internal */
  get memory(): Memory {
    this.sharedMemory ??= { version: 0 };
    return this.sharedMemory;
  }

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
    return leafOf(this.value, false, this.memory);
  }

  /**
   * Changes the value of a leaf in place, as optimizers do: `p.update(value => { … })`. A backward pass over
   * a graph that still needs the old value is then refused instead of being silently wrong.
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

// Beside the class, which does not name itself: bundlers would rename it, and error messages with it.
/** @internal A tensor that no call made, over the array itself, unchecked. */
export const leafOf = (value: NdArray, requiresGrad = false, memory?: Memory): Tensor =>
  new Tensor(value, requiresGrad, null, memory);

/**
 * A leaf without gradient over the caller's own array, not copied. The array must not change while the graph
 * is used.
 * @throws DtypeError when `value` is not an array of floats
 */
export function constant(value: NdArray): Tensor {
  checkArray('constant', 'value', value);
  return leafOf(value);
}
