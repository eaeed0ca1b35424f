import type { Dtype, FloatData } from '@retrograd/arrays';
import type { Block, EvictableBlocks, PackedMatrix, SequenceKernels } from '@retrograd/kernels';
import { giveEvictable, matrix, setOnes, takeAll, threadsAsked } from '@retrograd/kernels/internal';

/** A block of a packed weight matrix, with the biases as its last row, that takes part in a product of its own. */
export interface Part {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/**
 * A layer's weights, ready in the kernels' memory for one time step after the other, with scratch blocks for one batch size.
 * Where room is short all of it may be lost, and is set up again by the next step.
 */
export class Resident<Name extends string> {
  /** Scratch blocks by name; valid after `ready`. */
  blocks!: Readonly<Record<Name | 'x', Block>>;
  /** The parts of the weights, in their order; valid after `ready`. */
  weights!: readonly PackedMatrix[];
  private evictable: EvictableBlocks | null = null;
  private batch = -1;
  private threads: number | null = null;

  /**
   * @param W     (R, N) packed weights, not to be changed
   * @param b     (N) packed biases, not to be changed
   * @param parts of W with b below it, (R + 1, N), that take part in products of their own
   * @param sizes entries of each scratch block for one row of a batch; the last entry of each row of x is a one, for the bias
   */
  constructor(
    readonly kernels: SequenceKernels,
    readonly dtype: Dtype,
    private readonly W: FloatData,
    private readonly b: FloatData,
    private readonly parts: readonly Part[],
    private readonly sizes: Readonly<Record<Name | 'x', number>>,
  ) {}

  /** Sees to it that weights and scratch for B rows are there, until the next call of any kernel that takes memory. */
  ready(B: number): void {
    // Prepared weights are parted for a number of threads.
    const threads = threadsAsked();
    if (this.batch === B && this.threads === threads && this.evictable?.evicted === false) return;
    this.free();
    const { kernels, dtype } = this;
    const sizes = {} as Record<Name | 'x', number>;
    for (const name of Object.keys(this.sizes) as (Name | 'x')[]) sizes[name] = B * this.sizes[name];
    this.blocks = takeAll(kernels, dtype, sizes);
    const taken = Object.values<Block>(this.blocks);
    try {
      setOnes(this.blocks.x, this.sizes.x);
      const N = this.b.length;
      const W = kernels.take(dtype, this.W.length + N);
      taken.push(W);
      W.data.set(this.W);
      W.data.set(this.b, this.W.length);
      this.weights = this.parts.map(({ row, rows, column, columns }) => {
        const part = kernels.pack(matrix(W, rows, columns, row * N + column, N));
        taken.push(...part.blocks);
        return part;
      });
    } catch (error) {
      for (const block of taken) kernels.give(block);
      throw error;
    }
    this.evictable = kernels.markEvictable(taken);
    this.batch = B;
    this.threads = threads;
  }

  /** Gives everything back. */
  free(): void {
    giveEvictable(this.kernels, this.evictable);
    this.evictable = null;
  }
}
