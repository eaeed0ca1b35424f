import { tanhMap } from '../elementwise.js';
import { coreCode } from '../wasm/binaries/core.js';
import type { Block } from './block.js';
import type { SequenceKernels } from './kernels.js';
import { memoizeByKernels } from './memoize-by-kernels.js';

/** Rough time of one entry, in nanoseconds a byte. */
const COST = 0.75;

const mapOf = /* @__PURE__ */ memoizeByKernels((kernels) => kernels.parallelFor(coreCode, 'tanh', 0, [1, 2]));

/** x = tanh(x) for n entries from `offset` on (assembly/maps.ts). */
export function tanhOf(kernels: SequenceKernels, n: number, x: Block, offset: number): void {
  const map = mapOf(kernels);
  if (map === null) {
    tanhMap(n, x.data, offset, x.data, offset);
    return;
  }
  const at = x.pointer(offset);
  map(x.dtype, [n, at, at], n * (x.dtype === 'float32' ? 4 : 8) * COST);
}
