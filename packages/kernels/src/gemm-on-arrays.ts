import { gemm } from './gemm.js';
import type { Block } from './sequence/block.js';
import { withBlocks } from './sequence/blocks.js';
import type { SequenceKernels } from './sequence/kernels.js';
import { type ArrayMatrix, matrix, type ProductOptions } from './sequence/matrix.js';
import type { Dtype } from './types.js';

/** Multiplications below which copying to WebAssembly memory and back costs more than it saves. */
const WORTH_COPYING = 1 << 14;

/** `Kernels.multiply` for a set with a memory of its own: large products are copied there and back. */
export function gemmOnArrays(
  kernels: SequenceKernels,
  A: ArrayMatrix,
  B: ArrayMatrix,
  C: ArrayMatrix,
  options: ProductOptions = {},
): void {
  const { rows: M, columns: N } = C;
  const K = options.transA ? A.rows : A.columns;
  if (M * N * K < WORTH_COPYING) {
    gemm(A, B, C, options);
    return;
  }
  const dtype: Dtype = C.data instanceof Float64Array ? 'float64' : 'float32';
  withBlocks(kernels, dtype, { a: M * K, b: K * N, c: M * N }, ({ a, b, c }) => {
    load(A, a);
    load(B, b);
    if (options.accumulate) load(C, c);
    const product = matrix(c, M, N);
    kernels.multiply(matrix(a, A.rows, A.columns), matrix(b, B.rows, B.columns), product, options);
    store(c, C);
  });
}

/** Copies a matrix into a block, row after row without gaps. */
function load({ data, at, rows, columns, ld }: ArrayMatrix, block: Block): void {
  const target = block.data;
  if (ld === columns) target.set(data.subarray(at, at + rows * columns));
  else {
    for (let i = 0; i < rows; i++) target.set(data.subarray(at + i * ld, at + i * ld + columns), i * columns);
  }
}

function store(block: Block, { data, at, rows, columns, ld }: ArrayMatrix): void {
  const source = block.data;
  if (ld === columns) data.set(source, at);
  else {
    for (let i = 0; i < rows; i++) data.set(source.subarray(i * columns, (i + 1) * columns), at + i * ld);
  }
}
