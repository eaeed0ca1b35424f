import { dense, dtypeOf, type NdArray, ValueError, wrap } from '@retrograd/arrays';
import { allocate, checkArray, checkPositiveInteger } from '@retrograd/arrays/internal';

/**
 * Cuts a series into windows for forecasting: each window of seqLength rows, and the row that follows it.
 * Windows start at 0, stride, 2 stride, ... while start + seqLength < total, so that each has a row after it:
 *
 *     X[i] = data[i stride : i stride + seqLength],   y[i] = data[i stride + seqLength]
 *
 * @param data      (total, features)
 * @param seqLength rows in a window, from 1 to total; at total there is no window, because no row follows
 * @param stride    rows between the starts of two windows, at least 1
 * @returns X (n, seqLength, features) and y (n, features), of the dtype of data
 * @throws DtypeError when data is not a float ndarray, ShapeError when it does not have two axes
 * @throws ValueError when seqLength or stride is not a positive integer, or seqLength exceeds total
 */
export function createSequences(data: NdArray, seqLength: number, stride = 1): [X: NdArray, y: NdArray] {
  checkArray('createSequences', 'data', data, ['total_length', 'features']);
  checkPositiveInteger('createSequences', 'seqLength', seqLength);
  checkPositiveInteger('createSequences', 'stride', stride);
  const [total, features] = data.shape;
  if (seqLength > total) {
    const longest = `at most ${total} (the rows of data)`;
    throw new ValueError('createSequences', 'seqLength', longest, String(seqLength));
  }
  const n = Math.ceil((total - seqLength) / stride);
  const rows = dense(data).data;
  const X = allocate(dtypeOf(data), n * seqLength * features);
  const y = allocate(dtypeOf(data), n * features);
  for (let i = 0; i < n; i++) {
    const start = i * stride * features;
    const next = start + seqLength * features;
    X.set(rows.subarray(start, next), i * seqLength * features);
    y.set(rows.subarray(next, next + features), i * features);
  }
  return [wrap(X, [n, seqLength, features]), wrap(y, [n, features])];
}
