import { type NdArray, ShapeError, take, wrap } from '@retrograd/arrays';
import { checkArray, checkPositiveInteger, formatShape, readMask } from '@retrograd/arrays/internal';
import type { BatchSource } from './batch-source.js';

export interface SequenceBatchesOptions {
  batchSize: number;
  /** A new random order every epoch. Default true. */
  shuffle?: boolean;
  /** (N, …) which outputs count; all when left out. */
  mask?: NdArray;
}

/**
 * Batches of independent sequences, such as `createSequences` makes. The state starts from zero in every
 * batch. The last batch of an epoch may be smaller.
 * @param X (N, T, I) sequences, or (N, T) indices
 * @param y (N, …) the target of each
 * @throws DtypeError, ShapeError when an argument is not an array or N is 0 or differs, ValueError when
 *         batchSize is not a positive integer
 */
export function sequenceBatches(X: NdArray, y: NdArray, options: SequenceBatchesOptions): BatchSource {
  const op = 'sequenceBatches';
  const { batchSize, shuffle = true, mask } = options;
  checkArray(op, 'X', X);
  checkArray(op, 'y', y);
  if (mask !== undefined) checkArray(op, 'mask', mask);
  checkPositiveInteger(op, 'batchSize', batchSize);
  const N = X.shape[0] ?? 0;
  if (N === 0) throw new ShapeError(op, 'X', '[at least one sequence, time, …]', formatShape(X.shape));
  if (y.shape[0] !== N)
    throw new ShapeError(op, 'y', `[${N}, …] as X has ${N} sequences`, formatShape(y.shape));
  if (mask !== undefined && mask.shape[0] !== N) {
    throw new ShapeError(op, 'mask', `[${N}, …] as X has ${N} sequences`, formatShape(mask.shape));
  }
  const inOrder = Array.from({ length: N }, (_, i) => i);
  return {
    length: Math.ceil(N / batchSize),
    continues: false,
    epoch(rng) {
      const order = Float64Array.from(shuffle ? rng.shuffle(inOrder) : inOrder);
      return (position) => {
        const rows = order.slice(position * batchSize, (position + 1) * batchSize);
        const picked = wrap(rows, [rows.length]);
        const batch = { x: take(X, picked), target: take(y, picked) };
        if (mask === undefined) return { ...batch, count: rows.length };
        const chosen = take(mask, picked);
        return { ...batch, mask: chosen, count: countSelected(chosen) };
      };
    },
  };
}

const countSelected = (mask: NdArray): number =>
  (readMask('sequenceBatches', 'mask', mask, mask.shape) as Uint8Array).reduce((n, flag) => n + flag, 0);
