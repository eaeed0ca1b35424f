import { multiplyStrided } from '../gemm.js';
import { stridedOf } from '../strided-matrix.js';
import { PlainBlock } from './block.js';
import type { PackedMatrix, SequenceKernels } from './kernels.js';
import type { Matrix } from './matrix.js';

/** B where it lies: nothing is packed before the product. */
interface PlainPacked extends PackedMatrix {
  readonly B: Matrix;
  readonly trans: boolean;
}

/** The reference, in plain TypeScript on ordinary arrays. */
export const plainSequence: SequenceKernels = {
  threads: 1,
  take: (dtype, n) => new PlainBlock(dtype, n),
  give: () => {},
  release: (block) => block.data,
  markEvictable: (blocks) => ({ blocks, evicted: false, inUse: false }),
  pin: () => {},
  multiply: (A, B, C, { transA = false, transB = false, accumulate = false } = {}) =>
    multiplyStrided(inBlock(A, transA), inBlock(B, transB), inBlock(C, false), accumulate),
  pack: (B, { trans = false } = {}): PlainPacked => {
    const [K, N] = trans ? [B.columns, B.rows] : [B.rows, B.columns];
    return { K, N, blocks: [], B, trans };
  },
  multiplyPacked: (A, packed, C, accumulate) => {
    const { B, trans } = packed as PlainPacked;
    multiplyStrided(inBlock(A, false), inBlock(B, trans), inBlock(C, false), accumulate);
  },
  rows: () => null,
  steps: () => false,
  parallelFor: () => null,
  module: () => null,
};

const inBlock = (X: Matrix, trans: boolean) => stridedOf(X.block.data, X, trans);
