import type { Kernels } from './backend.js';
import { gemm } from './gemm.js';
import type { Block } from './sequence/block.js';
import { withBlocks } from './sequence/blocks.js';
import { plainSequence } from './sequence/plain.js';
import type { Dtype, FloatData } from './types.js';

/** Multiplications below which copying to WebAssembly memory and back costs more than it saves. */
const WORTH = 1 << 14;

/** As `Kernels.gemm`, where a set has none too: large products are copied to the memory of its sequences and back. */
export function product(
  kernels: Pick<Kernels, 'gemm' | 'sequence'>,
  transA: boolean,
  transB: boolean,
  M: number,
  N: number,
  K: number,
  A: FloatData,
  aOffset: number,
  lda: number,
  B: FloatData,
  bOffset: number,
  ldb: number,
  accumulate: boolean,
  C: FloatData,
  cOffset: number,
  ldc: number,
): void {
  const { sequence } = kernels;
  if (kernels.gemm) {
    kernels.gemm(transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc);
    return;
  }
  if (M * N * K < WORTH || sequence === plainSequence) {
    gemm(transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc);
    return;
  }
  const dtype: Dtype = C instanceof Float64Array ? 'float64' : 'float32';
  const [aRows, aColumns] = transA ? [K, M] : [M, K];
  const [bRows, bColumns] = transB ? [N, K] : [K, N];
  withBlocks(sequence, dtype, { a: M * K, b: K * N, c: M * N }, ({ a, b, c }) => {
    load(A, aOffset, lda, aRows, aColumns, a);
    load(B, bOffset, ldb, bRows, bColumns, b);
    if (accumulate) load(C, cOffset, ldc, M, N, c);
    sequence.gemm(transA, transB, M, N, K, a, 0, aColumns, b, 0, bColumns, accumulate, c, 0, N);
    if (ldc === N) C.set(c.data, cOffset);
    else for (let i = 0; i < M; i++) C.set(c.data.subarray(i * N, (i + 1) * N), cOffset + i * ldc);
  });
}

/** Copies rows of an ordinary array into a block, side by side. */
function load(
  data: FloatData,
  offset: number,
  ld: number,
  rows: number,
  columns: number,
  block: Block,
): void {
  const target = block.data;
  if (ld === columns) {
    target.set(data.subarray(offset, offset + rows * columns));
    return;
  }
  for (let i = 0; i < rows; i++) {
    target.set(data.subarray(offset + i * ld, offset + i * ld + columns), i * columns);
  }
}
