import { dtypeOf, type NdArray } from '@retrograd/arrays';
import { type Blocks, withBlocks } from '@retrograd/kernels/internal';
import type { ForwardPass } from './forward.js';
import { inputRows, loadWeights, type Packed, part } from './parameters.js';
import { entriesOf, gradientShapes, type SeriesByName, seriesOver } from './series.js';
import { runSteps } from './steps.js';
import { gather, gatherRows, scatter, scatterRows } from './time-major.js';

/** Gradients of everything that went into a sequence. */
export interface Gradients {
  /** (B, T, I); null when it was not needed */
  readonly grad_x: NdArray | null;
  /** of the initial states, in the cell's order; null where it was not needed */
  readonly grad_initial: readonly (NdArray | null)[];
  readonly grad_packed: Packed;
}

/** Gradients that reach the outputs of a sequence: h_all (B, T, H), then the final states, zeros where left out. */
export type OutputGradients = readonly [grad_h_all: NdArray, ...grad_final: (NdArray | undefined)[]];

/**
 * The backward run, by hand, on checked arguments: the twin of ForwardPass. Every weight gradient is one product over all
 * steps. One gradient in float64 has all of them computed in float64.
 * @param needs whether the gradient of x is needed, and that of each initial state; all are when it is left out
 */
export function runBackward(
  pass: ForwardPass,
  given: OutputGradients,
  needs?: readonly boolean[],
): Gradients {
  const { kernels, cell, layout, sizes, B, T, schedule, packed } = pass;
  const { I, H } = sizes;
  const rows = T * B;
  const needed = (i: number): boolean => needs === undefined || needs[i];
  const shapes = gradientShapes(cell, layout, sizes, T);
  const dtype = given.some((each) => each && dtypeOf(each) === 'float64') ? 'float64' : pass.dtype;
  const entries = entriesOf(shapes, B);
  entries.W = packed.W.length + packed.b.length;
  entries.grad_x = needed(0) ? rows * I : 0;

  const compute = (activations: Blocks<string>): Gradients =>
    withBlocks(kernels, dtype, entries, (blocks) => {
      const series = seriesOver(shapes, blocks, B, pass.seriesIn(activations));
      const weights = loadWeights(sizes, packed, blocks.W);
      loadGradients(pass, series, given);
      runSteps({ kernels, cell, layout, sizes, B, T, schedule, series, weights }, 'backward');

      const grad_a = series.grad_a.allSteps(rows);
      const grad_x = { block: blocks.grad_x, at: 0, rows, columns: I, ld: I };
      const W_x = part(weights, [H, H + I], [0, weights.columns]);
      if (needed(0)) kernels.multiply(grad_a, W_x, grad_x, { transB: true });
      // The weights are not needed any more: their gradients take their place, those of the biases too.
      for (const product of layout.products) {
        const operand = series[product.operand].allSteps(rows);
        const gates = series.grad_a.columns(product.columns).allSteps(rows);
        kernels.multiply(operand, gates, part(weights, product.rows, product.columns), { transA: true });
      }
      kernels.multiply(series.x.allSteps(rows), grad_a, inputRows(weights, sizes), { transA: true });
      return {
        grad_x: needed(0) ? scatter(kernels, grad_x, [B, T], schedule) : null,
        grad_initial: Object.entries(layout.states).map(([name, width], i) =>
          needed(1 + i) ? scatterRows(blocks[`grad_${name}`], 0, [B, width], schedule) : null,
        ),
        grad_packed: { W: blocks.W.data.slice(0, packed.W.length), b: blocks.W.data.slice(packed.W.length) },
      };
    });
  return pass.saved.use(compute, dtype);
}

/**
 * grad_h[t + 1] starts as the gradient that reaches the output of step t from outside; step t + 1 then adds its own. grad_h[0]
 * becomes the gradient of the initial state.
 */
function loadGradients(
  { kernels, layout, B, T, schedule }: ForwardPass,
  series: SeriesByName,
  [grad_h_all, ...grad_final]: OutputGradients,
): void {
  Object.entries(layout.states).forEach(([name, width], i) => {
    const gradient = series[`grad_${name}`];
    gradient.data.fill(0, 0, B * width);
    if (i === 0) gather(kernels, grad_h_all, gradient.oneStepLater().allSteps(T * B), schedule);
    const given = grad_final[i];
    if (given === undefined) return;
    const [{ data }, last, from] = [gradient, gradient.at(T), gatherRows(given, schedule)];
    for (let k = 0; k < from.length; k++) data[last + k] += from[k];
  });
}
