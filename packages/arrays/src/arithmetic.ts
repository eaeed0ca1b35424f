import type { FloatData } from '@retrograd/kernels';
import { binary } from './binary.js';
import type { NdArray } from './types.js';

/**
 * a + b, element by element. Shapes are broadcast by NumPy's rule.
 * @throws ShapeError when the shapes do not fit
 */
export function add(a: NdArray, b: NdArray): NdArray {
  return binary('add', addLoop, a, b);
}

function addLoop(
  n: number,
  a: FloatData,
  i: number,
  aStep: number,
  b: FloatData,
  j: number,
  bStep: number,
  out: FloatData,
  to: number,
): void {
  for (let k = to; k < to + n; k++) {
    out[k] = a[i] + b[j];
    i += aStep;
    j += bStep;
  }
}

/**
 * a - b, element by element. Shapes are broadcast by NumPy's rule.
 * @throws ShapeError when the shapes do not fit
 */
export function sub(a: NdArray, b: NdArray): NdArray {
  return binary('sub', subLoop, a, b);
}

function subLoop(
  n: number,
  a: FloatData,
  i: number,
  aStep: number,
  b: FloatData,
  j: number,
  bStep: number,
  out: FloatData,
  to: number,
): void {
  for (let k = to; k < to + n; k++) {
    out[k] = a[i] - b[j];
    i += aStep;
    j += bStep;
  }
}

/**
 * a * b, element by element. Shapes are broadcast by NumPy's rule.
 * @throws ShapeError when the shapes do not fit
 */
export function mul(a: NdArray, b: NdArray): NdArray {
  return binary('mul', mulLoop, a, b);
}

function mulLoop(
  n: number,
  a: FloatData,
  i: number,
  aStep: number,
  b: FloatData,
  j: number,
  bStep: number,
  out: FloatData,
  to: number,
): void {
  for (let k = to; k < to + n; k++) {
    out[k] = a[i] * b[j];
    i += aStep;
    j += bStep;
  }
}

/**
 * a / b, element by element; division by 0 gives an infinity or NaN as IEEE 754 says. Shapes are broadcast by NumPy's rule.
 * @throws ShapeError when the shapes do not fit
 */
export function div(a: NdArray, b: NdArray): NdArray {
  return binary('div', divLoop, a, b);
}

function divLoop(
  n: number,
  a: FloatData,
  i: number,
  aStep: number,
  b: FloatData,
  j: number,
  bStep: number,
  out: FloatData,
  to: number,
): void {
  for (let k = to; k < to + n; k++) {
    out[k] = a[i] / b[j];
    i += aStep;
    j += bStep;
  }
}
