import type { Dtype, NdArray } from '@retrograd/arrays';
import { type Block, currentKernels } from '@retrograd/kernels';
import { type Blocks, RecomputableBlocks, setOnes } from '@retrograd/kernels/internal';
import type { Cell, Layout, Sizes } from './cell.js';
import { inputRows, loadWeights, type Packed } from './parameters.js';
import type { Schedule } from './schedule.js';
import { activationShapes, entriesOf, type Series, type Shapes, seriesOver } from './series.js';
import { runSteps } from './steps.js';
import { gather, gatherRows, scatter, scatterRows } from './time-major.js';

/**
 * A forward run of a cell over a whole sequence, by hand, and what it leaves for the backward run. The input part of all gates
 * and all steps is one matrix product; each step adds the hidden part and applies the gates.
 */
export class ForwardPass {
  readonly kernels = currentKernels().sequence;
  readonly B: number;
  readonly T: number;
  readonly sizes: Sizes;
  readonly layout: Layout;
  readonly shapes: Shapes;
  readonly saved: RecomputableBlocks;
  /** The outputs, from the first computation until they are fetched. */
  private h_all: NdArray | null = null;
  private fetched = false;

  /**
   * On checked arguments. Nothing that is given may change as long as the pass is used, since its activations may have to be
   * computed again.
   * @param x       (B, T, I)
   * @param initial the states before the first step, (B, H) each, in the cell's order; zeros where left out
   * @param packed  of the dtype
   */
  constructor(
    readonly cell: Cell,
    private readonly x: NdArray,
    private readonly initial: readonly (NdArray | undefined)[],
    readonly packed: Packed,
    readonly dtype: Dtype,
    readonly schedule: Schedule | null = null,
  ) {
    const [B, T, I] = x.shape;
    this.B = B;
    this.T = T;
    this.sizes = { I, H: packed.b.length / cell.gates.length };
    this.layout = cell.layout(this.sizes);
    this.shapes = activationShapes(cell, this.layout, this.sizes, T);
    this.saved = new RecomputableBlocks(
      this.kernels,
      dtype,
      entriesOf(this.shapes, B),
      (blocks, { W }) => this.compute(blocks, W),
      { W: packed.W.length + packed.b.length },
    );
  }

  private compute(blocks: Blocks<string>, W: Block): void {
    const { kernels, cell, layout, sizes, B, T, packed, schedule } = this;
    const series = this.seriesIn(blocks);
    gather(kernels, this.x, series.x.columns([0, sizes.I]).allSteps(T * B), schedule);
    setOnes(series.x.block, series.x.width);
    Object.keys(layout.states).forEach((name, i) => {
      const [{ data, width }, given] = [series[name], this.initial[i]];
      if (given === undefined) data.fill(0, 0, B * width);
      else data.set(gatherRows(given, schedule));
    });
    const weights = loadWeights(sizes, packed, W);
    // The input product for all steps, then T steps.
    kernels.multiply(series.x.allSteps(T * B), inputRows(weights, sizes), series.a.allSteps(T * B));
    runSteps({ kernels, cell, layout, sizes, B, T, schedule, series, weights }, 'forward');
    if (!this.fetched) this.h_all = this.outputsIn(blocks);
  }

  /** The series of the run over its blocks. */
  seriesIn(blocks: Blocks<string>): Record<string, Series> {
    return seriesOver(this.shapes, blocks, this.B);
  }

  /** All outputs (B, T, H), fresh; zeros at steps that were not visited. */
  outputs(): NdArray {
    const first = this.h_all;
    this.h_all = null;
    this.fetched = true;
    return first ?? this.saved.use((blocks) => this.outputsIn(blocks));
  }

  private outputsIn({ h }: Blocks<string>): NdArray {
    const { kernels, B, T, sizes, schedule } = this;
    const after = { block: h, at: B * sizes.H, rows: T * B, columns: sizes.H, ld: sizes.H };
    return scatter(kernels, after, [B, T], schedule);
  }

  /** The states after the last step that each sample visits, (B, H) each, fresh. */
  finalStates(): NdArray[] {
    const { layout, B, T, schedule } = this;
    return this.saved.use((blocks) =>
      Object.entries(layout.states).map(([name, width]) =>
        scatterRows(blocks[name], T * B * width, [B, width], schedule),
      ),
    );
  }
}
