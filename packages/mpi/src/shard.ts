import { type IndexArray, ShapeError } from '@retrograd/arrays';
import type { Batch, BatchSource } from '@retrograd/nn';
import { type Rows, rowsOf, takeRows } from './rows.js';

/** Which part of every batch is whose. */
export interface Shares {
  /** Parts that a batch is cut in. */
  readonly parts: number;
  /** The parts of this process, from the first on to the one before the second. */
  readonly own: readonly [from: number, to: number];
}

const partsOf = new WeakMap<Batch, readonly Batch[]>();

/** The parts that a batch of `shardSource` is made of; undefined for a batch of another source. */
export const partsOfBatch = (batch: Batch): readonly Batch[] | undefined => partsOf.get(batch);

/**
 * A source of the same batches, of which this process gets its rows. The order of an epoch is drawn as
 * before, so it is everywhere the same.
 */
export function shardSource(source: BatchSource, { parts, own: [first, end] }: Shares): BatchSource {
  return {
    length: source.length,
    continues: source.continues,
    epoch(rng) {
      const batchAt = source.epoch(rng);
      return (position) => {
        const whole = batchAt(position);
        const B = rowsOfBatch(whole);
        const cut = (i: number, j: number): Batch =>
          take(whole, [rowsOf(B, i, parts)[0], rowsOf(B, j, parts)[0]]);
        const batch = cut(first, end);
        partsOf.set(
          batch,
          Array.from({ length: end - first }, (_, i) => cut(first + i, first + i + 1)),
        );
        return batch;
      };
    },
  };
}

function rowsOfBatch({ x, target, mask }: Batch): number {
  const B = x.shape[0];
  for (const [name, array] of [
    ['target', target],
    ['mask', mask],
  ] as const) {
    if (array !== undefined && array.shape[0] !== B) {
      const expectation = `[${B}, …] as x has ${B} rows`;
      throw new ShapeError('shard', name, expectation, `[${array.shape.join(', ')}]`);
    }
  }
  return B;
}

function take(batch: Batch, rows: Rows): Batch {
  const { x, target, mask, count } = batch;
  const part = { x: takeRows(x, rows), target: takeRows(target, rows) };
  const B = x.shape[0];
  if (mask === undefined) return { ...part, count: (count * (rows[1] - rows[0])) / B };
  const chosen = takeRows(mask, rows);
  const all = selected(mask);
  return { ...part, mask: chosen, count: all === 0 ? 0 : (count * selected(chosen)) / all };
}

/** How many entries of a mask are set. */
function selected(mask: IndexArray): number {
  let count = 0;
  const { shape, stride, data } = mask;
  const visit = (axis: number, at: number): void => {
    if (axis === shape.length) {
      if (data[at]) count++;
      return;
    }
    for (let i = 0; i < shape[axis]; i++) visit(axis + 1, at + i * stride[axis]);
  };
  visit(0, mask.offset);
  return count;
}
