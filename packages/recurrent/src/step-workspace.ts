import type { Dtype, NdArray } from '@retrograd/arrays';
import { wrap } from '@retrograd/arrays';
import { type Block, currentKernels, type EvictableBlocks, type SequenceKernels } from '@retrograd/kernels';
import { giveEvictable, setOnes, takeAll, threadsAsked } from '@retrograd/kernels/internal';
import { type Cell, gateColumns, type Series, type Sizes, type StepFunction } from './cell.js';
import { activationSeries, inputRows, states } from './forward.js';
import type { Packed } from './parameters.js';
import { forwardProducts, packWeights } from './products.js';
import { activationShapes, entriesOf, StepMatrix } from './series.js';
import { load, loadInput, store, unload } from './transfer.js';

/** What one batch size needs. */
interface Ready {
  readonly B: number;
  /** Packed weights are parted for a number of threads. */
  readonly threads: number | null;
  readonly series: Readonly<Record<string, Series>>;
  readonly multiplyInput: () => void;
  readonly step: StepFunction;
  readonly blocks: EvictableBlocks;
}

/**
 * A layer's weights, packed in the kernels' memory for one time step after the other, with room for the step's activations: a
 * forward run of one step that leaves nothing for backward. Where room is short all of it may be evicted, and is made anew by
 * the next step.
 */
export class StepWorkspace {
  readonly kernels: SequenceKernels = currentKernels().sequence;
  private ready: Ready | null = null;
  private readonly stateNames: readonly string[];

  /** @param packed W and b of the dtype, not to be changed */
  constructor(
    private readonly cell: Cell,
    private readonly sizes: Sizes,
    private readonly packed: Packed,
    readonly dtype: Dtype,
  ) {
    this.stateNames = states(cell, sizes).map(([name]) => name);
  }

  /**
   * One step, to the same bits as in a sequence. Its results are there until the next call of any kernel that takes memory.
   * @param x_t   (B, I)
   * @param state the states before the step, (B, H) each
   */
  step(x_t: NdArray, state: readonly NdArray[]): void {
    const [B] = x_t.shape;
    const { series, multiplyInput, step } = this.prepare(B);
    loadInput(x_t, series.x.block);
    for (let i = 0; i < state.length; i++) load(state[i], series[this.stateNames[i]].block, 0);
    multiplyInput();
    step(B, 0);
  }

  /** Copies state number i after the step into an array of the workspace's dtype. */
  store(i: number, to: NdArray): void {
    const { block, at } = this.seriesOf(i);
    store(block, at(1), to);
  }

  /** State number i after the step, fresh. */
  unload(i: number): NdArray {
    const { block, at, width } = this.seriesOf(i);
    const { B } = this.ready as Ready;
    return wrap(unload(block, at(1), B * width), [B, width]);
  }

  /** Gives everything back. */
  release(): void {
    giveEvictable(this.kernels, this.ready?.blocks ?? null);
    this.ready = null;
  }

  private seriesOf(i: number): Series {
    return (this.ready as Ready).series[this.stateNames[i]];
  }

  private prepare(B: number): Ready {
    const threads = threadsAsked();
    const { ready } = this;
    if (ready?.B === B && ready.threads === threads && !ready.blocks.evicted) return ready;
    this.release();
    const { kernels, cell, sizes, dtype } = this;
    const N = gateColumns(cell, sizes);
    const rows = sizes.H + sizes.I + 1;
    const shapes = activationShapes(cell, sizes, 1);
    const blocks = takeAll(kernels, dtype, { ...entriesOf(shapes, B), weights: rows * N });
    const taken: Block[] = Object.values(blocks);
    try {
      const series = activationSeries(cell, shapes, blocks, B);
      setOnes(series.x.block, series.x.width);
      const weights = { block: blocks.weights, at: 0, rows, columns: N, ld: N };
      weights.block.data.set(this.packed.W);
      weights.block.data.set(this.packed.b, this.packed.W.length);
      const W_x = kernels.pack(inputRows(weights, sizes), { rows: B });
      taken.push(...W_x.blocks);
      const products = cell.products(sizes);
      const packed = packWeights(kernels, products, weights, { trans: false, rows: B });
      for (const each of packed) taken.push(...each.blocks);

      const [x, a] = [new StepMatrix(series.x).moveTo(B, 0), new StepMatrix(series.a).moveTo(B, 0)];
      const multiply = forwardProducts(kernels, products, packed, series);
      this.ready = {
        B,
        threads,
        series,
        multiplyInput: () => kernels.multiplyPacked(x, W_x, a, false),
        step: cell.forward({ kernels, sizes, series, multiply }),
        blocks: kernels.markEvictable(taken),
      };
      return this.ready;
    } catch (error) {
      for (const block of taken) kernels.give(block);
      throw error;
    }
  }
}
