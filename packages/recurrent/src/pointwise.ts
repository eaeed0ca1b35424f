import type { RowFunction, SequenceKernels, WasmModule } from '@retrograd/kernels';
import { memoizeByKernels } from '@retrograd/kernels/internal';
import type { SeriesByName } from './series.js';

/** A part of step t that works on each hidden unit of each sample by itself, for the first n rows. */
export type Pointwise = (n: number, H: number, series: SeriesByName, t: number) => void;

/** Such a part in machine code. */
export interface MachineCode {
  /** A WebAssembly module with the routine for either dtype: `forward32` and `forward64` for the name `forward`. */
  readonly code: WasmModule;
  readonly name: string;
  /** The series that it takes, in the order of its arguments: `h` at step t, `h+1` at step t + 1. */
  readonly series: readonly string[];
  /** About how long it takes for one hidden unit of one sample, in nanoseconds. */
  readonly cost: number;
}

/** A point-wise part for every kernel set: in machine code where the set runs that, else by the reference in TypeScript. */
export function pointwise(
  { code, name, series: names, cost }: MachineCode,
  reference: Pointwise,
): (kernels: SequenceKernels) => Pointwise {
  const operands = names
    .map((each) => each.split('+1'))
    .map((parts) => [parts[0], parts.length - 1] as const);
  return memoizeByKernels((kernels) => {
    let routine: RowFunction | null | undefined;
    const at = operands.map(() => 0);
    return (n, H, series, t) => {
      if (routine === undefined) {
        const widths = operands.map(([operand]) => series[operand].width / H);
        routine = kernels.rows(code, name, widths, cost);
      }
      if (routine === null) reference(n, H, series, t);
      else {
        for (let i = 0; i < at.length; i++) at[i] = series[operands[i][0]].pointer(t + operands[i][1]);
        routine(series[operands[0][0]].block.dtype, n, H, at);
      }
    };
  });
}
