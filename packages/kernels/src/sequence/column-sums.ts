import { columnSums } from '../column-sums.js';
import { sumsCode } from '../wasm/binaries/sums.js';
import type { Block } from './block.js';
import type { SequenceKernels } from './kernels.js';
import { perKernels } from './per-kernels.js';

/** Rough time of one entry, in nanoseconds a byte. */
const COST = 0.05;

const sumsOf = /* @__PURE__ */ perKernels((kernels) => kernels.spread(sumsCode, 'columnSums', 1, [2, 5]));

/** As `columnSums`, on blocks of a kernel set (assembly/sums.ts). */
export function columnSumsOf(
  kernels: SequenceKernels,
  rows: number,
  columns: number,
  X: Block,
  xOffset: number,
  ldx: number,
  accumulate: boolean,
  out: Block,
  outOffset: number,
): void {
  const sums = sumsOf(kernels);
  if (sums === null) {
    columnSums(rows, columns, X.data, xOffset, ldx, accumulate, out.data, outOffset);
    return;
  }
  const size = X.dtype === 'float32' ? 4 : 8;
  const [x, to] = [X.pointer(xOffset), out.pointer(outOffset)];
  sums(X.dtype, [rows, columns, x, ldx * size, Number(accumulate), to], rows * columns * size * COST);
}
