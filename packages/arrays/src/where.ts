import { allocate } from './allocate.js';
import { resultType } from './array.js';
import { broadcastTo } from './broadcast.js';
import { checkArray, checkIndexArray } from './checks.js';
import { broadcastShapes, sizeOf } from './shape.js';
import { wrap } from './storage.js';
import { copyStrided } from './strided.js';
import type { IndexArray, NdArray } from './types.js';

/**
 * Takes `a` where `condition` is not 0 (NaN counts as not 0, as in NumPy), else `b`. It selects: a NaN that
 * is not taken has no effect. The three shapes are broadcast against each other; the dtype is that of a and
 * b.
 * @throws ShapeError when the shapes do not fit
 */
export function where(condition: NdArray | IndexArray, a: NdArray, b: NdArray): NdArray {
  checkIndexArray('where', 'condition', condition);
  checkArray('where', 'a', a);
  checkArray('where', 'b', b);
  const shape = broadcastShapes('where', condition.shape, broadcastShapes('where', a.shape, b.shape));
  const n = sizeOf(shape);
  const data = allocate(resultType(a, b), n);
  const other = allocate(resultType(a, b), n);
  const chosen = new Float64Array(n);
  copyStrided(broadcastTo(a, shape), data);
  copyStrided(broadcastTo(b, shape), other);
  copyStrided(broadcastTo(condition, shape), chosen);
  for (let i = 0; i < n; i++) if (chosen[i] === 0) data[i] = other[i];
  return wrap(data, shape);
}
