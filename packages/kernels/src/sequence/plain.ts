import { gemm } from '../gemm.js';
import { type Block, PlainBlock } from './block.js';
import type { Prepared, SequenceKernels } from './kernels.js';

/** A prepared operand of the plain set: where it lies. */
interface PlainPrepared extends Prepared {
  readonly transB: boolean;
  readonly B: Block;
  readonly bOffset: number;
  readonly ldb: number;
}

/** The reference, in plain TypeScript on ordinary arrays. */
export const plainSequence: SequenceKernels = {
  threads: 1,
  take: (dtype, n) => new PlainBlock(dtype, n),
  give: () => {},
  release: (block) => block.data,
  hold: (blocks) => ({ blocks, lost: false, inUse: false }),
  unhold: () => {},
  gemm: (transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc) =>
    gemm(
      transA,
      transB,
      M,
      N,
      K,
      A.data,
      aOffset,
      lda,
      B.data,
      bOffset,
      ldb,
      accumulate,
      C.data,
      cOffset,
      ldc,
    ),
  prepare: (transB, K, N, B, bOffset, ldb): PlainPrepared => ({
    K,
    N,
    blocks: [],
    transB,
    B,
    bOffset,
    ldb,
  }),
  gemmPrepared: (M, A, aOffset, lda, prepared, accumulate, C, cOffset, ldc) => {
    const { transB, N, K, B, bOffset, ldb } = prepared as PlainPrepared;
    gemm(
      false,
      transB,
      M,
      N,
      K,
      A.data,
      aOffset,
      lda,
      B.data,
      bOffset,
      ldb,
      accumulate,
      C.data,
      cOffset,
      ldc,
    );
  },
  rows: () => null,
  steps: () => null,
  spread: () => null,
  module: () => null,
};
