import type { RowFunction, SequenceKernels, WasmModule } from '@retrograd/kernels';
import type { Run, StepFunction } from './cell.js';
import type { SeriesByName } from './series.js';

/** A part of step t that works on each hidden unit of each sample by itself, for the first n rows: the reference in TypeScript. */
export type Pointwise = (n: number, H: number, series: SeriesByName, t: number) => void;

/** The same part in machine code. */
export interface MachineCode {
  /** A WebAssembly module with the routine for either dtype: `forward32` and `forward64` for the name `forward`. */
  readonly code: WasmModule;
  readonly name: string;
  /** The series that it takes, in the order of its arguments: `h` at step t, `h+1` at step t + 1. */
  readonly series: readonly string[];
  /** About how long it takes for one hidden unit of one sample, in nanoseconds. */
  readonly cost: number;
}

/** A point-wise part for a run: in machine code where the run's kernels have it, else by the reference. */
export function pointwise(
  { code, name, series: names, cost }: MachineCode,
  reference: Pointwise,
): (run: Run) => StepFunction {
  const compiled = new WeakMap<SequenceKernels, RowFunction | null>();
  return ({ kernels, sizes: { H }, series }) => {
    const operands = names.map((each) => {
      const [operand, later] = each.split('+');
      return { from: series[operand], later: Number(later ?? 0) };
    });
    if (!compiled.has(kernels)) {
      const widths = operands.map(({ from }) => from.width / H);
      compiled.set(kernels, kernels.rows(code, name, widths, cost));
    }
    const routine = compiled.get(kernels);
    if (!routine) return (n, t) => reference(n, H, series, t);
    const { dtype } = operands[0].from.block;
    const addresses = operands.map(() => 0);
    return (n, t) => {
      for (let i = 0; i < addresses.length; i++) {
        const { from, later } = operands[i];
        addresses[i] = from.pointer(t + later);
      }
      routine(dtype, n, H, addresses);
    };
  };
}
