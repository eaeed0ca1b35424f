import type { FloatData } from '../types.js';
import { coreCode } from '../wasm/binaries/core.js';
import type { Block } from './block.js';
import { withBlocks } from './blocks.js';
import type { SequenceKernels } from './kernels.js';
import type { Matrix } from './matrix.js';

/** Exports of assembly/time-major.ts. */
interface SwapModule {
  /** (M, N) rows of `row` bytes to (N, M) rows, `rowTo` bytes apart. */
  swapAxes(M: number, N: number, row: number, from: number, to: number, rowTo: number): void;
}

/**
 * Copies a batch-first sequence into a block ordered by time, so that the rows of one step lie together and
 * one matrix product serves all steps.
 * @param from (B, T, N), dense
 * @param to   (T · B, N); memory is taken meanwhile
 */
export function toTimeMajor(
  kernels: SequenceKernels,
  from: FloatData,
  [B, T, N]: readonly number[],
  { block, at, ld }: Matrix,
): void {
  const module = kernels.module<SwapModule>(coreCode);
  if ((B === 1 || T === 1) && ld === N) block.data.set(from, at);
  else if (module === null) {
    swapAxes(B, T, N, { data: from, at: 0, row: N }, { data: block.data, at, row: ld });
  } else {
    // To copy it whole and order it there takes a third of the time of copying each row to its place.
    withBlocks(kernels, block.dtype, { x: from.length }, ({ x }) => {
      x.data.set(from);
      module.swapAxes(B, T, bytesOf(x, N), x.pointer(0), block.pointer(at), bytesOf(x, ld));
    });
  }
}

/**
 * Twin of toTimeMajor.
 * @param from (T · B, N) without gaps between its rows; memory is taken meanwhile
 * @returns (B, T, N), fresh
 */
export function fromTimeMajor(
  kernels: SequenceKernels,
  { block, at, columns: N }: Matrix,
  B: number,
  T: number,
): FloatData {
  const n = B * T * N;
  if (B === 1 || T === 1) return block.data.slice(at, at + n);
  const module = kernels.module<SwapModule>(coreCode);
  if (module === null) {
    const to = block.data.slice(0, n);
    swapAxes(T, B, N, { data: block.data, at, row: N }, { data: to, at: 0, row: N });
    return to;
  }
  return withBlocks(kernels, block.dtype, { x: n }, ({ x }) => {
    const row = bytesOf(x, N);
    module.swapAxes(T, B, row, block.pointer(at), x.pointer(0), row);
    return x.data.slice();
  });
}

const bytesOf = (block: Block, n: number): number => block.pointer(n) - block.pointer(0);

/** Where rows lie, `row` entries apart. */
interface Rows {
  readonly data: FloatData;
  readonly at: number;
  readonly row: number;
}

/** Copies (M, N) rows of n entries to (N, M) rows. */
function swapAxes(M: number, N: number, n: number, from: Rows, to: Rows): void {
  for (let i = 0, source = from.at; i < M; i++) {
    for (let j = 0, target = to.at + i * to.row; j < N; j++, source += from.row, target += M * to.row) {
      for (let k = 0; k < n; k++) to.data[target + k] = from.data[source + k];
    }
  }
}
