import { type BinaryLoop, binary } from './binary.js';
import type { NdArray } from './types.js';

/**
 * a to the power b, element by element, as C and NumPy have it: 1 to any power is 1, NaN too. Shapes are
 * broadcast by NumPy's rule.
 * @throws ShapeError when the shapes do not fit
 */
export function pow(a: NdArray, b: NdArray): NdArray {
  return binary('pow', powLoop, a, b);
}

const powLoop: BinaryLoop = (n, { data: a, at: i, step: di }, { data: b, at: j, step: dj }, out, to) => {
  for (let k = to; k < to + n; k++, i += di, j += dj) out[k] = powScalar(a[i], b[j]);
};

/**
 * The larger of a and b, element by element; NaN where one of them is NaN. Shapes are broadcast by NumPy's
 * rule.
 * @throws ShapeError when the shapes do not fit
 */
export function maximum(a: NdArray, b: NdArray): NdArray {
  return binary('maximum', maximumLoop, a, b);
}

const maximumLoop: BinaryLoop = (n, { data: a, at: i, step: di }, { data: b, at: j, step: dj }, out, to) => {
  for (let k = to; k < to + n; k++, i += di, j += dj) out[k] = Math.max(a[i], b[j]);
};

/**
 * 1 where a > b, else 0, in the dtype of a result. Shapes are broadcast by NumPy's rule.
 * @throws ShapeError when the shapes do not fit
 */
export function greater(a: NdArray, b: NdArray): NdArray {
  return binary('greater', greaterLoop, a, b);
}

const greaterLoop: BinaryLoop = (n, { data: a, at: i, step: di }, { data: b, at: j, step: dj }, out, to) => {
  for (let k = to; k < to + n; k++, i += di, j += dj) out[k] = a[i] > b[j] ? 1 : 0;
};

/**
 * 1 where a equals b, else 0 (NaN equals nothing), in the dtype of a result. Shapes are broadcast by NumPy's
 * rule.
 * @throws ShapeError when the shapes do not fit
 */
export function equal(a: NdArray, b: NdArray): NdArray {
  return binary('equal', equalLoop, a, b);
}

const equalLoop: BinaryLoop = (n, { data: a, at: i, step: di }, { data: b, at: j, step: dj }, out, to) => {
  for (let k = to; k < to + n; k++, i += di, j += dj) out[k] = a[i] === b[j] ? 1 : 0;
};

/**
 * Math.pow, but for 1 ** NaN, 1 ** Infinity and (-1) ** Infinity, which IEEE 754 makes 1 and JavaScript NaN.
 */
function powScalar(a: number, b: number): number {
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1;
  return a ** b;
}
