import { type BinaryLoop, binary } from './binary.js';
import type { NdArray } from './types.js';

/**
 * a + b, element by element. Shapes are broadcast by NumPy's rule.
 * @throws ShapeError when the shapes do not fit
 */
export function add(a: NdArray, b: NdArray): NdArray {
  return binary('add', addLoop, a, b);
}

const addLoop: BinaryLoop = (n, { data: a, at: i, step: di }, { data: b, at: j, step: dj }, out, to) => {
  for (let k = to; k < to + n; k++, i += di, j += dj) out[k] = a[i] + b[j];
};

/**
 * a - b, element by element. Shapes are broadcast by NumPy's rule.
 * @throws ShapeError when the shapes do not fit
 */
export function sub(a: NdArray, b: NdArray): NdArray {
  return binary('sub', subLoop, a, b);
}

const subLoop: BinaryLoop = (n, { data: a, at: i, step: di }, { data: b, at: j, step: dj }, out, to) => {
  for (let k = to; k < to + n; k++, i += di, j += dj) out[k] = a[i] - b[j];
};

/**
 * a * b, element by element. Shapes are broadcast by NumPy's rule.
 * @throws ShapeError when the shapes do not fit
 */
export function mul(a: NdArray, b: NdArray): NdArray {
  return binary('mul', mulLoop, a, b);
}

const mulLoop: BinaryLoop = (n, { data: a, at: i, step: di }, { data: b, at: j, step: dj }, out, to) => {
  for (let k = to; k < to + n; k++, i += di, j += dj) out[k] = a[i] * b[j];
};

/**
 * a / b, element by element; division by 0 gives an infinity or NaN as IEEE 754 says. Shapes are broadcast by
 * NumPy's rule.
 * @throws ShapeError when the shapes do not fit
 */
export function div(a: NdArray, b: NdArray): NdArray {
  return binary('div', divLoop, a, b);
}

const divLoop: BinaryLoop = (n, { data: a, at: i, step: di }, { data: b, at: j, step: dj }, out, to) => {
  for (let k = to; k < to + n; k++, i += di, j += dj) out[k] = a[i] / b[j];
};
