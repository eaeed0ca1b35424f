import type { Dtype, NdArray } from '@retrograd/arrays';
import { currentKernels } from '@retrograd/kernels';
import { type Blocks, RecomputableBlocks, setOnes, withBlocks } from '@retrograd/kernels/internal';
import type { Cell, Sizes } from './cell.js';
import type { Packed } from './parameters.js';
import type { Schedule } from './schedule.js';
import { activationShapes, entriesOf, type Series, type Shapes, seriesOver } from './series.js';
import { runSteps } from './steps.js';
import { gather, gatherRows, scatter, scatterRows } from './time-major.js';
import { inputRows, loadWeights, weightEntries } from './weights.js';

/**
 * A forward run of a cell over a whole sequence, by hand, and what it leaves for the backward run. The input part of all gates
 * and all steps is one matrix product; each step adds the hidden part and applies the gates.
 */
export class ForwardPass {
  readonly kernels = currentKernels().sequence;
  readonly B: number;
  readonly T: number;
  readonly sizes: Sizes;
  readonly shapes: Shapes;
  readonly saved: RecomputableBlocks;

  /**
   * On checked arguments. Nothing that is given may change as long as the pass is used, since its activations may have to be
   * computed again.
   * @param x       (B, T, I)
   * @param initial the states before the first step, (B, H) each, in the cell's order
   * @param packed  of the dtype
   */
  constructor(
    readonly cell: Cell,
    private readonly x: NdArray,
    private readonly initial: readonly NdArray[],
    readonly packed: Packed,
    readonly dtype: Dtype,
    readonly schedule: Schedule | null = null,
  ) {
    const [B, T, I] = x.shape;
    this.B = B;
    this.T = T;
    this.sizes = { I, H: packed.b.length / cell.gates.length };
    this.shapes = activationShapes(cell, this.sizes, T);
    this.saved = new RecomputableBlocks(this.kernels, dtype, entriesOf(this.shapes, B), (blocks) =>
      this.compute(blocks),
    );
  }

  private compute(blocks: Blocks<string>): void {
    const { kernels, cell, sizes, schedule } = this;
    const series = this.seriesIn(blocks);
    const rows = this.T * this.B;
    gather(kernels, this.x, series.x.allSteps(rows, [0, sizes.I]), schedule);
    setOnes(series.x.block, series.x.width);
    Object.keys(cell.states(sizes)).forEach((name, i) => {
      series[name].data.set(gatherRows(this.initial[i], schedule));
    });
    withBlocks(kernels, this.dtype, { W: weightEntries(cell, sizes) }, ({ W }) => {
      const weights = loadWeights(cell, sizes, this.packed, W);
      // The input product for all steps, then T steps.
      kernels.multiply(series.x.allSteps(rows), inputRows(weights, sizes), series.a.allSteps(rows));
      runSteps(this, series, weights, 'forward');
    });
  }

  /** The series of the run over its blocks. */
  seriesIn(blocks: Blocks<string>): Record<string, Series> {
    return seriesOver(this.cell, this.shapes, blocks, this.B);
  }

  /** All outputs (B, T, H), fresh; zeros at steps that were not visited. */
  outputs(): NdArray {
    const { kernels, B, T, sizes, schedule } = this;
    return this.saved.use(({ h }) => {
      const after = { block: h, at: B * sizes.H, rows: T * B, columns: sizes.H, ld: sizes.H };
      return scatter(kernels, after, [B, T], schedule);
    });
  }

  /** The states after the last step that each sample visits, (B, H) each, fresh. */
  finalStates(): NdArray[] {
    const { cell, sizes, B, T, schedule } = this;
    return this.saved.use((blocks) =>
      Object.entries(cell.states(sizes)).map(([name, width]) =>
        scatterRows(blocks[name], T * B * width, [B, width], schedule),
      ),
    );
  }
}
