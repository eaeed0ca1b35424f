import type { FloatData } from '@retrograd/kernels';

/** Entries up to which a copy of what is already there comes from a near cache. */
const MOST = 1 << 13;

/** Sets every one of `rows` rows of `target` (from `offset` on) to `row`. */
export function fillRows(target: FloatData, offset: number, rows: number, row: FloatData): void {
  const n = rows * row.length;
  if (n === 0) return;
  target.set(row, offset);
  // What is there already is copied behind itself: a few long copies instead of many short ones.
  const most = Math.max(1, Math.floor(MOST / row.length)) * row.length;
  for (let done = row.length, step = done; done < n; done += step) {
    step = Math.min(done, most, n - done);
    target.copyWithin(offset + done, offset, offset + step);
  }
}
