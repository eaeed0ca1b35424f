import type { FloatData } from '@retrograd/kernels';

/** Entries that can be copied from the processor's first-level cache. */
const MOST = 1 << 13;

/** Sets every one of `rows` rows of `target` (from `offset` on) to `row`. */
export function fillRows(target: FloatData, offset: number, rows: number, row: FloatData): void {
  const n = rows * row.length;
  if (n === 0) return;
  target.set(row, offset);
  // The rows that are filled already are copied to those after them: a few long copies instead of many short
  // ones.
  const most = Math.max(1, Math.floor(MOST / row.length)) * row.length;
  for (let done = row.length, step = done; done < n; done += step) {
    step = Math.min(done, most, n - done);
    target.copyWithin(offset + done, offset, offset + step);
  }
}
