import type { Loop, Run, StepFunction } from './cell.js';
import type { SeriesByName } from './series.js';

/** A part of step t that works on each hidden unit of each sample by itself, for the first n rows: the reference in TypeScript. */
export type Pointwise = (n: number, H: number, series: SeriesByName, t: number) => void;

/** The same part in machine code: a routine where a `Loop` has a loop. Its series `h+1` is `h` at step t + 1. */
export interface MachineCode extends Loop {
  /** The module has the routine for either dtype: `forward32` and `forward64` for the name `forward`. */
  readonly name: string;
}

/** A point-wise part for a run: in machine code where the run's kernels have it, else by the reference. */
export function pointwise(
  { code, name, series: names, cost }: MachineCode,
  reference: Pointwise,
): (run: Run) => StepFunction {
  return ({ kernels, sizes: { H }, series }) => {
    const operands = names.map((each) => {
      const [plain, later] = each.split('+');
      return later ? series[plain].oneStepLater() : series[plain];
    });
    const widths = operands.map(({ width }) => width / H);
    const routine = kernels.rows(code, name, widths, cost);
    if (routine === null) return (n, t) => reference(n, H, series, t);
    const { dtype } = operands[0].block;
    const starts = operands.map((each) => each.pointer(0));
    const strides = operands.map((each, i) => each.pointer(1) - starts[i]);
    const addresses = starts.slice();
    return (n, t) => {
      for (let i = 0; i < starts.length; i++) addresses[i] = starts[i] + t * strides[i];
      routine(dtype, n, H, addresses);
    };
  };
}
