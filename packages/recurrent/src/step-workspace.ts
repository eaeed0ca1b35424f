import { type Dtype, type NdArray, wrap } from '@retrograd/arrays';
import { load, loadRows, store, unload } from '@retrograd/arrays/internal';
import { type Block, currentKernels, type PackedMatrix } from '@retrograd/kernels';
import { giveEvictable, setOnes, takeAll, threadsAsked } from '@retrograd/kernels/internal';
import type { Cell, Sizes } from './cell.js';
import { inputRows, loadWeights, type Packed } from './parameters.js';
import { activationShapes, entriesOf, seriesOver } from './series.js';
import { stepProducts } from './steps.js';

/**
 * A layer's weights, packed in the kernels' memory for one time step after the other, with room for the step's activations: a
 * forward run of one step that leaves nothing for backward. Where room is short all of it may be evicted, and is made anew by
 * the next step.
 */
export class StepWorkspace {
  readonly kernels = currentKernels().sequence;
  private ready: ReturnType<StepWorkspace['make']> | null = null;

  /**
   * @param packed  of the dtype, not to be changed
   * @param version which version of a layer's parameters that is
   */
  constructor(
    private readonly cell: Cell,
    private readonly sizes: Sizes,
    readonly packed: Packed,
    readonly dtype: Dtype,
    readonly version: number,
  ) {}

  /**
   * One step, to the same bits as in a sequence. Its results are there until the next call of any kernel that takes memory.
   * @param x_t   (B, I)
   * @param state the states before the step, (B, H) each; zeros where left out
   */
  step(x_t: NdArray, state: readonly (NdArray | undefined)[]): void {
    const { B, x, states, compute } = this.prepare(x_t.shape[0]);
    loadRows(x_t, x.block, x.width);
    for (let i = 0; i < states.length; i++) {
      const given = state[i];
      if (given === undefined) states[i].data.fill(0, 0, B * states[i].width);
      else load(given, states[i].block);
    }
    compute();
  }

  /** Copies the states after the step into arrays of the workspace's dtype. */
  store(state: readonly NdArray[]): void {
    const { states } = this.ready!;
    for (let i = 0; i < states.length; i++) store(states[i].block, states[i].at(1), state[i]);
  }

  /** The states after the step, fresh. */
  unload(): NdArray[] {
    const { B, states } = this.ready!;
    return states.map((each) => wrap(unload(each.block, each.at(1), B * each.width), [B, each.width]));
  }

  /** Gives everything back. */
  release(): void {
    giveEvictable(this.kernels, this.ready?.evictable ?? null);
    this.ready = null;
  }

  private prepare(B: number): ReturnType<StepWorkspace['make']> {
    const { ready } = this;
    const threads = threadsAsked();
    if (ready?.B === B && ready.threads === threads && !ready.evictable.evicted) return ready;
    this.release();
    this.ready = this.make(B, threads);
    return this.ready;
  }

  /** All that one batch size and number of threads, which packed weights are parted for, needs. */
  private make(B: number, threads: number | null) {
    const { kernels, cell, sizes, packed, dtype } = this;
    const layout = cell.layout(sizes);
    const shapes = activationShapes(cell, layout, sizes, 1);
    const entries = { ...entriesOf(shapes, B), W: packed.W.length + packed.b.length };
    const blocks = takeAll(kernels, dtype, entries);
    const matrices: PackedMatrix[] = [];
    const taken = (): Block[] => [...Object.values(blocks), ...matrices.flatMap((each) => each.blocks)];
    try {
      const series = seriesOver(shapes, blocks, B);
      setOnes(series.x.block, series.x.width);
      const weights = loadWeights(sizes, packed, blocks.W);
      const W_x = kernels.pack(inputRows(weights, sizes), { rows: B });
      matrices.push(W_x);
      const sequence = { kernels, cell, layout, sizes, B, T: 1, schedule: null, series, weights };
      const multiply = stepProducts(sequence, 'forward', matrices);
      const step = cell.forward({ kernels, sizes, series, multiply });
      const [x, a] = [series.x.step(B, 0), series.a.step(B, 0)];
      const compute = (): void => {
        kernels.multiplyPacked(x, W_x, a, false);
        step(B, 0);
      };
      const states = Object.keys(layout.states).map((name) => series[name]);
      const evictable = kernels.markEvictable(taken());
      return { B, threads, x: series.x, states, compute, evictable };
    } catch (error) {
      for (const block of taken()) kernels.give(block);
      throw error;
    }
  }
}
